"""Addresses of what comes after a choice. They name no medicine, no gene and no finding."""

from django.urls import path

from portal.decisions.following import desk_views, views

app_name = "following"
urlpatterns = [
    path("", views.start, name="start"),
    path("plan/for/<uuid:joint_decision_id>/", views.plan, name="plan"),
    path("plan/<uuid:plan_id>/reminder/", views.reminder, name="reminder"),
    path("plan/<uuid:plan_id>/calendar/", views.calendar, name="calendar"),
    path("plan/<uuid:plan_id>/remove/", views.remove_plan, name="remove_plan"),
    path("reminder/<uuid:reminder_id>/stop/", views.stop_reminder, name="stop_reminder"),
    path("week/for/<uuid:joint_decision_id>/", views.check, name="check"),
    path("week/for/<uuid:joint_decision_id>/<slug:instrument>/", views.instrument, name="instrument"),
    path("week/<uuid:check_id>/", views.check_kept, name="check_kept"),
    path("week/<uuid:check_id>/wrong/", views.check_wrong, name="check_wrong"),
    path("week/<uuid:check_id>/remove/", views.remove_check, name="remove_check"),
    path("diary/", views.diary, name="diary"),
    path("diary/<uuid:entry_id>/", views.entry, name="entry"),
    path("diary/<uuid:entry_id>/wrong/", views.entry_wrong, name="entry_wrong"),
    path("diary/<uuid:entry_id>/remove/", views.remove_entry, name="remove_entry"),
    path("look-back/<uuid:look_back_id>/", views.look_back, name="look_back"),
    path("look-back/<uuid:look_back_id>/wrong/", views.look_back_wrong, name="look_back_wrong"),
    path("look-back/<uuid:look_back_id>/remove/", views.remove_look_back, name="remove_look_back"),
    path("tasks/", desk_views.tasks, name="tasks"),
    path("tasks/<uuid:follow_up_id>/settle/", desk_views.settle, name="settle"),
    path("of/<uuid:patient_id>/", desk_views.person, name="person"),
]
