from django.urls import path

from marketplace.pages import demo, views

urlpatterns = [
    path("", views.home, name="home"),
    path("experts/<slug:slug>/", views.home, name="profile"),
    path("experts/<slug:slug>/photo", views.home, name="profile_photo"),
    path("become-an-expert/", views.home, name="become_an_expert"),
    path("me/", views.home, name="me"),
    # The demo's doors: 404 unless the demo is on and the visitor sits at this machine.
    path("demo/", demo.doors, name="demo"),
    path("demo/sign-in/", demo.sign_in, name="demo_sign_in"),
    path("demo/mails/", demo.mails, name="demo_mails"),
    path("demo/mails/<str:name>/", demo.mails, name="demo_mail"),
    path("demo/clock/", demo.move_clock, name="demo_clock"),
]
