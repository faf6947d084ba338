from django import forms


class SignupForm(forms.Form):
    name = forms.CharField(max_length=60)

    def signup(self, request, user):
        user.name = self.cleaned_data["name"]
        user.save()
