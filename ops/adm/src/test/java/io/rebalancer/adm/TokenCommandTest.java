package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands for tokens, against a server with answers of API v1. */
class TokenCommandTest {
    private static final String TOKEN = """
            {"id":"00000000-0000-0000-0000-000000000001","name":"ci","role":"viewer","status":"%s",\
            "issuedAt":"2026-11-27T10:00:00Z","issuedBy":"admin","expiresAt":"2027-02-25T10:00:00.123Z"%s}""";

    private ServedCommand.Response response = new ServedCommand.Response(200, "{\"tokens\":[]}");
    private final ServedCommand command = ServedCommand.start(request -> response);

    TokenCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    @Test
    void theSecretIsAllThatGoesToTheOutput() throws Exception {
        response = new ServedCommand.Response(201, TOKEN.formatted("active", ",\"secret\":\"rbl_x\""));
        assertThat(command.run("token", "create", "ci", "--role", "viewer")).isZero();
        assertThat(command.out()).isEqualTo("rbl_x\n");
        assertThat(command.err()).contains("token ci has the role viewer until 2027-02-25", "--token-file");
        assertThat(command.run("token", "bootstrap")).isZero();
        assertThat(command.out()).endsWith("rbl_x\n");
    }

    @Test
    void aRefusalIsAnErrorWithTheManagersWords() throws Exception {
        response = new ServedCommand.Response(
                409, "{\"code\":\"ADMIN_EXISTS\",\"detail\":\"an administrator has a token already\"}");
        assertThat(command.run("token", "bootstrap")).isEqualTo(1);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).contains("an administrator has a token already (409 ADMIN_EXISTS)");
    }

    @Test
    void tokensAreListedWithoutSecrets() throws Exception {
        assertThat(command.run("token", "list")).isZero();
        assertThat(command.out()).contains("token bootstrap");
        response = new ServedCommand.Response(
                200, "{\"tokens\":[" + TOKEN.formatted("active", ",\"lastUsedOn\":\"2026-11-28\"") + "]}");
        assertThat(command.run("token", "list")).isZero();
        assertThat(command.out()).contains("ci    viewer  active  2027-02-25 10:00Z  2026-11-28  0000");
    }

    @Test
    void sessionsAreListedAndEnded() throws Exception {
        String session = """
                {"id":"00000000-0000-0000-0000-000000000002","user":"openid:ann","role":"viewer",
                 "startedAt":"2026-11-27T10:00:00Z","lastUsedAt":"2026-11-27T11:30:00.5Z",
                 "expiresAt":"2026-11-27T22:00:00Z","current":false}""";
        response = new ServedCommand.Response(200, "{\"sessions\":[" + session + "]}");
        assertThat(command.run("token", "sessions")).isZero();
        assertThat(command.out())
                .contains("openid:ann  viewer  2026-11-27 10:00Z  2026-11-27 11:30Z  2026-11-27 22:00Z  0000");
        response = new ServedCommand.Response(200, session);
        assertThat(command.run("token", "end-session", "00000000-0000-0000-0000-000000000002"))
                .isZero();
        assertThat(command.out()).endsWith("the session of openid:ann has ended\n");
        assertThat(command.requests()).last().isEqualTo("DELETE /api/v1/sessions/00000000-0000-0000-0000-000000000002");
    }

    @Test
    void theUserAndTheRoleAreShown() throws Exception {
        response = new ServedCommand.Response(200, "{\"user\":\"ci\",\"role\":\"viewer\",\"credential\":\"token\"}");
        assertThat(command.run("token", "whoami")).isZero();
        assertThat(command.out()).isEqualTo("ci, with the role viewer\n");
        response = new ServedCommand.Response(200, "{\"role\":\"admin\",\"credential\":\"none\"}");
        assertThat(command.run("token", "whoami")).isZero();
        assertThat(command.out()).endsWith("no user, because no login is needed, with the role admin\n");
    }

    @Test
    void aTokenIsRevokedByItsId() throws Exception {
        response = new ServedCommand.Response(200, TOKEN.formatted("revoked", ""));
        assertThat(command.run("token", "revoke", "00000000-0000-0000-0000-000000000001"))
                .isZero();
        assertThat(command.out()).isEqualTo("token ci is revoked\n");
    }
}
