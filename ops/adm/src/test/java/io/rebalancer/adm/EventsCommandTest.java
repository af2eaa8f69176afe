package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code events}, with streams that end early. */
class EventsCommandTest {
    private static final String RUNNING = "{\"id\":\"J1\",\"leavingNode\":\"1.stor\",\"state\":\"RUNNING\",\"pass\":1,"
            + "\"relocated\":1200,\"discovered\":5000,\"skipped\":2,\"failed\":1}";
    private static final ServedCommand.Response REVOKED =
            new ServedCommand.Response(401, "{\"code\":\"UNAUTHORIZED\",\"detail\":\"the token is revoked\"}");

    private final Deque<ServedCommand.Response> streams = new ArrayDeque<>();
    private final ServedCommand command = ServedCommand.start(request -> streams.remove());

    EventsCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private static String event(String type, String id, String data) {
        return "data:" + data + "\nevent:" + type + "\nid:" + id + "\n\n";
    }

    private void stream(String... events) {
        streams.add(new ServedCommand.Response(200, String.join("", events)));
    }

    @Test
    void changesAreLinesForPeopleAndProgressIsRare() {
        stream(
                event("storage-node", "7.1-4", "{\"storageNode\":\"1.stor\",\"state\":\"FENCED\",\"job\":\"J1\"}"),
                event("state", "7.1-5", RUNNING),
                event("progress", "7.1-6", RUNNING));
        stream(
                "data:{\"detail\":\"too slow\"}\nevent:dropped\n\n",
                event("progress", "7.1-7", RUNNING.replace("J1", "J2")),
                event("storage-node", "8.1-7", "{\"storageNode\":\"2.stor\",\"state\":\"IN_SERVICE\"}"));
        streams.add(REVOKED);
        assertThat(command.run("events")).isEqualTo(ExitCode.AUTHENTICATION.code());
        assertThat(command.out().lines())
                .containsExactly(
                        "2026-11-27 12:00:00Z  storage node 1.stor is FENCED (job J1)",
                        "2026-11-27 12:00:00Z  job J1 of 1.stor: running, pass 1, 1,200 of 5,000 moved, 3 exceptions",
                        "2026-11-27 12:00:00Z  the manager ended the stream: too slow",
                        "2026-11-27 12:00:00Z  job J2 of 1.stor: running, pass 1, 1,200 of 5,000 moved, 3 exceptions",
                        "2026-11-27 12:00:00Z  storage node 2.stor is IN_SERVICE");
        assertThat(command.lastEventIds()).containsExactly("", "7.1-6", "8.1-7");
        assertThat(command.err()).contains("the token is revoked");
    }

    @Test
    void eachEventIsALineOfJson() {
        stream(event("state", "7.1-5", "{\"id\":\"J1\"}"), event("progress", "7.1-6", "{\"id\":\"J1\"}"));
        streams.add(REVOKED);
        assertThat(command.run("events", "--output", "jsonl", "--after", "7.1-4", "--job", "J1", "--job", "J2"))
                .isEqualTo(ExitCode.AUTHENTICATION.code());
        assertThat(command.out().lines())
                .containsExactly(
                        "{\"data\":{\"id\":\"J1\"},\"event\":\"state\",\"id\":\"7.1-5\"}",
                        "{\"data\":{\"id\":\"J1\"},\"event\":\"progress\",\"id\":\"7.1-6\"}");
        assertThat(command.requests()).allMatch(request -> request.startsWith("GET /api/v1/events?jobs=J1%2CJ2"));
        assertThat(command.lastEventIds()).containsExactly("7.1-4", "7.1-6");
    }

    /** As while the managers of a cluster are replaced. */
    @Test
    void aStreamIsContinuedWhenAManagerIsReadyAgain() {
        stream(event("state", "7.1-5", "{\"id\":\"J1\"}"));
        streams.add(new ServedCommand.Response(503, "{\"code\":\"UNAVAILABLE\",\"detail\":\"not ready\"}"));
        stream(event("state", "7.1-6", "{\"id\":\"J1\"}"));
        streams.add(REVOKED);
        assertThat(command.run("events", "--output", "jsonl")).isEqualTo(ExitCode.AUTHENTICATION.code());
        assertThat(command.out().lines()).hasSize(2);
        assertThat(command.lastEventIds()).containsExactly("", "7.1-5", "7.1-5", "7.1-6");
        assertThat(command.err()).doesNotContain("not ready");
    }
}
