from conftest import ask


def test_an_access_token_expires_after_fifteen_minutes(gateway):
    kate = gateway.user()
    assert ask("GET", f"{gateway.url}/v1/profile", token=kate["access_token"])[0] == 200
    gateway.advance(16 * 60)
    status, problem = ask("GET", f"{gateway.url}/v1/profile", token=kate["access_token"])
    assert (status, problem["reason"]) == (401, "EXPIRED")


def test_a_user_has_the_roles_that_were_asked_for(gateway):
    editor = gateway.user(roles=["EDITOR"])
    assert ask("GET", f"{gateway.url}/v1/profile", token=editor["access_token"])[1]["roles"] == ["EDITOR"]


def test_the_owner_is_told_by_mail_that_the_password_was_changed(gateway):
    kate = gateway.user()
    change = {"current_password": kate["password"], "new_password": "another quiet garden gate"}
    assert ask("PUT", f"{gateway.url}/v1/password", change, kate["access_token"])[0] == 200
    assert "password" in gateway.mail_to(kate["email"], "password-changed")["subject"].lower()
