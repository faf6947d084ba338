"""What people are good at in each category, in both languages: the commonest first."""

from typing import NamedTuple


class Trade(NamedTuple):
    """`size` and `rate_minor`: how many there are beside the others, and what the one in the middle asks for a minute."""

    size: int
    rate_minor: int
    english: str
    french: str


TRADES = {
    "computers": Trade(
        20,
        120,
        "Wi-Fi, phones, Excel, backups, printers, WordPress, passwords, spreadsheets, photos, e-mail, Linux, "
        "tablets, viruses, data recovery, Python, databases, smart home, video calls, slow computers, "
        "accessibility, privacy, LibreOffice",
        "Wi-Fi, téléphone, Excel, sauvegardes, imprimante, WordPress, mots de passe, tableur, photos, messagerie, "
        "Linux, tablette, virus, récupération de données, Python, bases de données, domotique, visioconférence, "
        "ordinateur lent, accessibilité",
    ),
    "languages": Trade(
        17,
        70,
        "conversation, English, French, Spanish, pronunciation, German, exams, business English, grammar, Arabic, "
        "Dutch, Italian, Portuguese, Japanese, reading aloud, IELTS, children, Irish, Mandarin, accents, "
        "telephone calls",
        "conversation, anglais, français, espagnol, prononciation, allemand, examens, grammaire, arabe, "
        "néerlandais, italien, portugais, japonais, DELF, lecture, enfants, darija, mandarin, accent, appels "
        "téléphoniques, dictée",
    ),
    "money": Trade(
        13,
        200,
        "budget, freelancing, VAT, invoices, bookkeeping, pricing, payslips, pensions explained, small business, "
        "savings, reminders, quotes, grants, household bills, accounts, start-ups, expenses, cash flow, rent",
        "budget, indépendants, TVA, factures, comptabilité, tarifs, fiche de paie, retraite expliquée, petite "
        "entreprise, épargne, relances, devis, subventions, factures du ménage, bilan, frais, trésorerie, loyer, "
        "abonnements",
    ),
    "careers": Trade(
        12,
        190,
        "interviews, CV, cover letters, changing jobs, salary talks, LinkedIn, first job, returning to work, "
        "leadership, working less, redundancy, freelancing, presentations, apprenticeships, job adverts, "
        "meetings, confidence, remote work",
        "entretiens, CV, lettre de motivation, reconversion, salaire, LinkedIn, premier emploi, reprise du "
        "travail, encadrement, prise de parole, licenciement, indépendance, présentations, apprentissage, "
        "annonces, réunions, confiance, télétravail",
    ),
    "home": Trade(
        10,
        120,
        "plumbing, painting, shelves, tiles, heating, insulation, doors, windows, floors, damp, drilling, "
        "kitchens, bathrooms, old houses, plaster, gutters, furniture, moving house, locks, tools",
        "plomberie, peinture, étagères, carrelage, chauffage, isolation, portes, fenêtres, parquet, humidité, "
        "perçage, cuisine, salle de bains, maison ancienne, enduit, gouttières, meubles, déménagement, serrures, "
        "outils",
    ),
    "music": Trade(
        8,
        90,
        "guitar, piano, singing, recording, violin, drums, choir, songwriting, saxophone, ukulele, reading music, "
        "mixing, accordion, improvisation, cello, auditions, flute, bass, jazz, folk",
        "guitare, piano, chant, enregistrement, violon, batterie, chorale, chansons, saxophone, ukulélé, solfège, "
        "mixage, accordéon, improvisation, violoncelle, auditions, flûte, basse, jazz, musiques du monde",
    ),
    "cooking": Trade(
        7,
        75,
        "bread, cakes, cook along, knives, weeknight dinners, fish, vegetarian cooking, pastry, pickles, rice, "
        "curry, sourdough, pasta, cheese, leftovers, barbecue, tapas, jam, soups, spices",
        "pain, gâteaux, cuisine à deux, couteaux, repas du soir, poisson, cuisine végétarienne, pâtisserie, "
        "conserves, riz, curry, levain, pâtes, fromage, restes, barbecue, tajine, confitures, soupes, épices",
    ),
    "gardening": Trade(
        6,
        70,
        "vegetables, tomatoes, pruning, balconies, roses, compost, fruit trees, lawns, seeds, house plants, "
        "herbs, watering, slugs, hedges, small gardens, bees, ponds, orchids, soil, wild flowers",
        "potager, tomates, taille, balcon, rosiers, compost, arbres fruitiers, pelouse, semis, plantes "
        "d'intérieur, aromates, arrosage, limaces, haies, petits jardins, abeilles, bassin, orchidées, sol, "
        "fleurs sauvages",
    ),
    "travel": Trade(
        6,
        95,
        "trains, hiking, packing, itineraries, family trips, cycling, visas explained, camping, islands, winter, "
        "cities, budget travel, camper vans, ferries, mountains, travelling alone, wildlife, pilgrimages, long "
        "walks",
        "trains, randonnée, bagages, itinéraires, voyage en famille, vélo, démarches, camping, îles, hiver, "
        "villes, petit budget, fourgon aménagé, traversées, montagne, voyager seul, animaux sauvages, "
        "Compostelle, grande randonnée",
    ),
    "animals": Trade(
        5,
        85,
        "dogs, puppies, cats, recall, barking, horses, hens, litter, rabbits, parrots, two cats, fish tanks, "
        "donkeys, older dogs, training, goats, guinea pigs, fences, travelling with pets",
        "chiens, chiots, chats, rappel, aboiements, chevaux, poules, propreté, lapins, perroquets, deux chats, "
        "aquarium, ânes, chien âgé, éducation, chèvres, cochons d'Inde, clôtures, voyager avec un animal",
    ),
    "crafts": Trade(
        5,
        65,
        "knitting, sewing, bicycles, crochet, woodwork, pottery, sewing machines, leather, bookbinding, mending, "
        "jewellery, weaving, watches, embroidery, patterns, dyeing, basketry, model making, zips",
        "tricot, couture, vélo, crochet, menuiserie, poterie, machine à coudre, cuir, reliure, raccommodage, "
        "bijoux, tissage, montres, broderie, patrons, teinture, vannerie, maquettes, fermetures",
    ),
    "writing": Trade(
        5,
        150,
        "letters, editing, translation, speeches, forms, novels, essays, proofreading, weddings, complaints, "
        "websites, poems, theses, memoirs, newsletters, grant applications, screenplays, captions, family history",
        "courrier, relecture, traduction, discours, formulaires, romans, dissertation, correction, mariages, "
        "réclamations, sites, poèmes, mémoire, récit de vie, lettres d'information, dossiers, scénarios, "
        "légendes, généalogie",
    ),
}
