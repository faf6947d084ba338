from django.urls import path

from marketplace.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("experts/<slug:slug>/", views.home, name="profile"),
    path("experts/<slug:slug>/photo", views.home, name="profile_photo"),
    path("become-an-expert/", views.home, name="become_an_expert"),
    path("me/", views.home, name="me"),
]
