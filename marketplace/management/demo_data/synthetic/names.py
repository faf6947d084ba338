"""What people are called, the commonest first; where French and where English is written."""

FIRST_FRENCH = (
    "Marie Jean Nicolas Camille Mohamed Sophie Julien Fatima Thomas Julie Pierre Isabelle Karim Claire Antoine "
    "Aïcha Léa Mamadou Hugo Nathalie François Émilie Youssef Céline Philippe Aminata Lucas Chloé Olivier Khadija "
    "Manon Sébastien Ibrahima Laurence Mathieu Awa Inès Vincent Salma Benoît Élodie Moussa Margaux Rachid "
    "Véronique Guillaume Nadia Étienne Fanny Ousmane Hélène Samir Gaëlle Loïc Yasmine Rémi Ghislaine Abdoulaye "
    "Maëlle Xavier Mariam Noémie Cédric Zineb Gwenaëlle Dieudonné Océane Bachir Solène Hamza Adèle Souleymane "
    "Clémentine Félix Rokhaya Josée Thibault Houda Maxence Tsilavina Anaïs Gérald Yvette Corentin"
)
FIRST_ENGLISH = (
    "James Mary John Sarah David Emma Michael Priya Robert Aisha Daniel Olivia Mohammed Laura William Grace "
    "Andrew Chloe Patrick Fatima Thomas Hannah Sean Amara Paul Jessica Raj Ciara Mark Rebecca Kevin Siobhan Peter "
    "Zainab Stephen Lucy Oluwaseun Megan George Ruth Kwame Niamh Richard Charlotte Imran Aoife Edward Deborah "
    "Chinedu Holly Alan Nia Declan Ayesha Martin Heather Tunde Eleanor Callum Shanice Gareth Mei Rhys Abena "
    "Fergus Rosalind Kofi Bronwyn Hamish Temperance Owen Saoirse Jasper Thandiwe Angus"
)
LAST_FRENCH = (
    "Martin Bernard Diallo Dubois Tremblay Benali Petit Durand Leroy Ndiaye Peeters Moreau Simon Laurent Gagnon "
    "Traoré Janssens Roux Lefebvre Bouchard Alaoui Michel Garcia Roy Diop David Bertrand Maes Morel Fournier "
    "Cissé Girard Côté Haddad Bonnet Dupont Mercier Lambert Sow Favre Rousseau Vincent Muller Bélanger Fontaine "
    "Kone Chevalier Robin Masson Rochat Gauthier Camara Lemaire Nguyen Dumont Pelletier Willems Marchand "
    "Benjelloun Duval Denis Ouellet Barry Lacroix Brunner Fabre Vidal Perrin Claes Rey Mbaye Blanchet Guérin "
    "Boyer Hamdi Lavoie Gaudreault Rolland Keïta Aubert Vandenberghe Berthoud Poulain Caron Rakotomalala Leclercq "
    "Saidi"
)
LAST_ENGLISH = (
    "Smith Jones Murphy Williams Brown Khan Taylor Davies Kelly Patel Evans O'Brien Wilson Singh Thomas Roberts "
    "Walsh Johnson Okafor Lewis Ahmed Walker Robinson Byrne Wood Thompson Hughes Mensah White Watson Ryan Jackson "
    "Wright Green Ali O'Connor Harris Cooper King Lee Doyle Martin Clarke Hussain Morgan Adeyemi Allen Scott "
    "McCarthy James Phillips Campbell Begum Gallagher Fraser Nguyen Stewart Osei Mitchell MacDonald Reid Quinn "
    "Chaudhry Murray Owusu Price Kennedy Bell Sharma Griffiths Nolan Ross Ibrahim Pritchard Balogun Cunningham "
    "Sutherland Abernathy Featherstone Penhaligon Achebe Thistlewood Cholmondeley"
)
# Surnames that few bear are put together.
STARTS_FRENCH = (
    "Beau Mont Char Val Gran Ker Clair Haut Roche Per Mar Bel Fon Bou Des La Sau Tour Cour Ver Dau Gros Lan Mou"
)
ENDS_FRENCH = (
    "champ tier don gnac ville lac nay vert rouge rin mard let doin vigne rand court reau tin sart zier billon quet"
)
STARTS_ENGLISH = (
    "Ash Black Brad Carl Dun Ever Fair Good Hart Hol King Lang Mar Nor Oak Pem Rad Stan Thorn Wake Wes Whit York Chad"
)
ENDS_ENGLISH = (
    "ley ton field wood worth ford bury ham well combe stead wick brook more gate shaw den thorpe low ridge hurst by"
)

# How many of those who write the language live where. Other countries share what is left.
LIVES_FRENCH = {
    "FR": 52, "BE": 11, "CA": 11, "CH": 7, "MA": 5, "SN": 3, "DZ": 2, "TN": 2, "CI": 2, "LU": 1, "CM": 1, "MG": 1, "RE": 1,
}  # fmt: skip
LIVES_ENGLISH = {
    "GB": 40, "IE": 11, "CA": 9, "US": 14, "AU": 4, "NL": 3, "DE": 3, "IN": 3, "NG": 2, "ZA": 2, "BE": 2,
    "SE": 1, "ES": 2, "PT": 1,
}  # fmt: skip
REGIONS = {("french", "CA"): {"10"}}  # who writes French in Canada lives in Québec
OTHER_LANGUAGES = {
    "french": {
        "en": 60,
        "es": 14,
        "ar": 12,
        "de": 9,
        "nl": 8,
        "it": 7,
        "pt": 5,
        "pl": 1,
        "ro": 1,
        "tr": 1,
        "vi": 1,
        "ru": 1,
    },
    "english": {
        "fr": 25,
        "es": 16,
        "de": 9,
        "hi": 7,
        "pl": 4,
        "ar": 4,
        "ga": 4,
        "ur": 3,
        "pt": 3,
        "it": 3,
        "nl": 3,
        "zh": 3,
        "ta": 1,
    },
}
