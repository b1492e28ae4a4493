"""Addresses of one's own rights, and of the desk where a second person decides."""

from django.urls import path

from portal.rights import desk_views, views

app_name = "rights"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("take/", views.downloads, name="downloads"),
    path("copies/", views.make_copy, name="make_copy"),
    path("copies/<uuid:export_id>/", views.take_copy, name="take_copy"),
    path("leave/", views.leave, name="leave"),
    path("leave/<uuid:erasure_id>/stop/", views.stop, name="stop"),
    path("desk/", desk_views.desk, name="desk"),
    path("desk/erasures/<uuid:erasure_id>/", desk_views.erasure, name="erasure"),
    path("desk/life/<uuid:life_event_id>/confirm/", desk_views.confirm_life, name="confirm_life"),
    path("desk/life/<uuid:life_event_id>/reverse/", desk_views.reverse_life, name="reverse_life"),
    path("desk/retention/", desk_views.set_rule, name="set_rule"),
    path("desk/retention/<uuid:due_id>/", desk_views.retention_line, name="retention"),
]
