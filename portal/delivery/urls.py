"""Addresses of delivery."""

from django.urls import include, path

from portal.delivery import clinician_views, release_views, share_views, views

app_name = "delivery"
reading = [
    path("", views.report_list, name="report_list"),
    path("<uuid:report_id>/", views.report, name="report"),
    path("<uuid:report_id>/pdf/", views.report_pdf, name="pdf"),
    path("<uuid:report_id>/pdf/large/", views.large_pdf, name="large_pdf"),
    path("<uuid:report_id>/pdf/state/", views.pdf_state, name="pdf_state"),
]
urlpatterns = [
    *reading,
    path("for/<uuid:patient_id>/", include((reading, "for"))),
    path("when/", release_views.when, name="when"),
    path("for/<uuid:patient_id>/when/", release_views.when, name="when_for"),
    path("for/<uuid:patient_id>/<uuid:report_id>/open/", release_views.open_report, name="open_for"),
    path("<uuid:report_id>/open/", release_views.open_report, name="open"),
    path("<uuid:report_id>/wrong/", release_views.wrong, name="wrong"),
    path("<uuid:report_id>/release/", release_views.release, name="release"),
    path("<uuid:report_id>/share/", share_views.share, name="share"),
    path("shares/<uuid:share_id>/", share_views.agree, name="agree"),
    path("shares/<uuid:share_id>/end/", share_views.end, name="end_share"),
    path("<uuid:report_id>/private/", views.keep_private, name="keep_private"),
    path("<uuid:report_id>/review/", views.review, name="review"),
    path("<uuid:report_id>/review/note/", views.note, name="note"),
    path("<uuid:report_id>/review/option/", clinician_views.option, name="option"),
    path("<uuid:report_id>/amend/", clinician_views.amend, name="amend"),
    path("<uuid:report_id>/withdraw/", clinician_views.withdraw, name="withdraw"),
    path("<uuid:report_id>/review/grade/", views.grade, name="grade"),
    path("<uuid:report_id>/review/language/", views.language, name="language"),
    path("<uuid:report_id>/review/sign/", views.sign, name="sign"),
    path("<uuid:report_id>/review/draft.pdf", views.draft_pdf, name="draft_pdf"),
]
