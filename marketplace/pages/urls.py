from django.urls import path, register_converter
from django.urls.converters import IntConverter

from marketplace.pages import (
    acts,
    closing,
    demo,
    directory,
    greeting,
    guest,
    health,
    installing,
    language,
    me,
    profile,
    publish,
    reviews,
    sign_up,
    sitemaps,
    staff_rate,
    staff_reviews,
)


class StepConverter(IntConverter):
    """Of *Become an expert*; the first one has the address without a number."""

    regex = "[2-4]"


register_converter(StepConverter, "step")
urlpatterns = [
    path("", directory.home, name="home"),
    path("app.webmanifest", installing.manifest, name="app_manifest"),
    path("suggest/", directory.suggest, name="suggest"),
    path("ranking/", directory.order, name="directory_order"),
    path("experts/<slug:slug>/", profile.profile, name="profile"),
    path("experts/<slug:slug>/picture.jpg", profile.link_picture, name="profile_link_picture"),
    path("experts/<slug:slug>/similar/", profile.similar, name="similar_experts"),
    path("experts/<slug:slug>/review/", reviews.write, name="write_review"),
    path("reviews/removed/", reviews.removed, name="removed_reviews"),
    path("reviews/<int:review_id>/reply/", reviews.reply, name="reply_to_review"),
    path("reviews/<int:review_id>/<str:part>/report/", reviews.report, name="report_review"),
    path("reviews/<int:review_id>/<str:part>/contest/", reviews.contest, name="contest_review"),
    path("guest/", guest.become_guest, name="become_guest"),
    path("guest/start-anew/", guest.start_anew, name="start_anew"),
    path("accounts/signup/", sign_up.SignUp.as_view(), name="account_signup"),
    path("become-an-expert/", publish.become_an_expert, name="become_an_expert"),
    path("become-an-expert/<step:step>/", publish.become_an_expert, name="become_an_expert_step"),
    path("become-an-expert/preview/", publish.preview, name="preview_profile"),
    path("me/", me.me, name="me"),
    path("me/presence/", me.choose_presence, name="choose_presence"),
    path("me/quiet-hours/", me.choose_quiet_hours, name="choose_quiet_hours"),
    path("me/weekly-hours/", me.choose_weekly_hours, name="choose_weekly_hours"),
    path("me/who-may-ring/", me.choose_who_may_ring, name="choose_who_may_ring"),
    path("me/visibility/", me.choose_visibility, name="choose_visibility"),
    path("me/free-callers/<int:member_id>/", me.let_call_free, name="let_call_free"),
    path("me/free-callers/<int:member_id>/remove/", me.charge_again, name="charge_again"),
    path("me/blocked/<int:member_id>/", me.block, name="block"),
    path("me/blocked/<int:member_id>/remove/", me.unblock, name="unblock"),
    path("me/waiting/<int:expert_id>/leave/", me.leave_line, name="leave_line"),
    path("me/close/", closing.close, name="close_account"),
    path("me/close/keep/", closing.keep, name="keep_account"),
    path("me/messages/<int:message_id>/read/", me.mark_read, name="mark_message_read"),
    path("me/acts/add/", acts.act, name="add_act"),
    path("me/acts/<int:act_id>/", acts.act, name="act"),
    path("me/acts/<int:act_id>/take-off/", acts.take_off_act, name="take_off_act"),
    path("me/greeting/", greeting.greeting, name="greeting"),
    path("me/greeting/delete/", greeting.delete, name="delete_greeting"),
    path("me/works/add/", acts.work, name="add_work"),
    path("me/works/<int:work_id>/", acts.work, name="work"),
    path("staff/members/<int:member_id>/rate/", staff_rate.allow_rate, name="staff_rate"),
    path("staff/expert-reviews/", staff_reviews.show_all, name="staff_expert_reviews"),
    path("staff/expert-reviews/<int:review_id>/", staff_reviews.show, name="staff_expert_review"),
    path("staff/expert-reviews/<int:review_id>/<str:part>/decide/", staff_reviews.decide, name="staff_decide_review"),
    path(
        "staff/expert-reviews/removals/<int:removal_id>/",
        staff_reviews.decide_contest,
        name="staff_decide_contest",
    ),
    # The demo's doors: 404 unless the demo is on and the visitor sits at this machine.
    path("demo/", demo.doors, name="demo"),
    path("demo/sign-in/", demo.sign_in, name="demo_sign_in"),
    path("demo/mails/", demo.mails, name="demo_mails"),
    path("demo/mails/<str:name>/", demo.mails, name="demo_mail"),
    path("demo/clock/", demo.move_clock, name="demo_clock"),
]
# Without words: the same in every language.
wordless = [
    path("experts/<slug:slug>/greeting", greeting.play, name="greeting_file"),
    path("experts/<slug:slug>/photo", profile.photo, {"side": 512}, name="profile_photo"),
    path("experts/<slug:slug>/photo/<int:side>", profile.photo, name="profile_photo_of_side"),
    path("language/", language.choose, name="choose_language"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap/pages.xml", sitemaps.pages, name="sitemap_of_pages"),
    path("sitemap/experts-<int:number>.xml", sitemaps.experts, name="sitemap_of_experts"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
