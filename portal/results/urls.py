"""The addresses of orders and files."""

from django.urls import include, path

from portal.results import views

app_name = "results"

reading = [
    path("", views.files, name="files"),
    path("files/<uuid:file_id>/", views.file, name="file"),
    path("files/<uuid:file_id>/progress/", views.file_progress, name="file_progress"),
]

urlpatterns = [
    *reading,
    path("for/<uuid:patient_id>/", include((reading, "for"))),
    path("send/", views.send, name="send"),
    path("patients/<uuid:patient_id>/send/", views.send_for, name="send_for"),
    path("patients/<uuid:patient_id>/order/", views.order, name="order"),
    path("files/<uuid:file_id>/take-home/", views.take_home, name="take_home"),
    path("files/<uuid:file_id>/private/", views.keep_private, name="keep_private"),
    path("files/<uuid:file_id>/sample/", views.sample, name="sample"),
    path("files/<uuid:file_id>/review/", views.review, name="review"),
    path("files/<uuid:file_id>/identifiers/", views.identifiers, name="identifiers"),
    path("files/<uuid:file_id>/close/", views.close, name="close"),
    path("files/<uuid:file_id>/open-again/", views.open_again, name="open_again"),
    path("files/<uuid:file_id>/again/", views.again, name="again"),
    path("files/<uuid:file_id>/read-again/", views.read_again, name="read_again"),
]
