package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code job events}, with streams that end early. */
class JobEventsTest {
    private final Deque<ServedCommand.Response> streams = new ArrayDeque<>();
    private final ServedCommand command = ServedCommand.start(request -> streams.remove());

    JobEventsTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private static String event(String type, int id, String data) {
        return "data:" + data + "\nevent:" + type + "\nid:" + id + "\n\n";
    }

    @Test
    void eachEventIsALineAndAStreamThatEndsIsContinued() {
        streams.add(new ServedCommand.Response(
                200, event("state", 7, "{\"state\":\"RUNNING\"}") + "\n\n" + "data:\n\n" + event("progress", 8, "{}")));
        streams.add(new ServedCommand.Response(
                200,
                event("exception", 9, "{\"key\":\"/a: b\"}")
                        + event("state", 10, "{\"state\":\"DONE\"}")
                        + event("progress", 11, "{}")));
        assertThat(command.run("job", "events", "J")).isZero();
        assertThat(command.out().lines())
                .containsExactly(
                        "{\"data\":{\"state\":\"RUNNING\"},\"event\":\"state\",\"id\":\"7\"}",
                        "{\"data\":{},\"event\":\"progress\",\"id\":\"8\"}",
                        "{\"data\":{\"key\":\"/a: b\"},\"event\":\"exception\",\"id\":\"9\"}",
                        "{\"data\":{\"state\":\"DONE\"},\"event\":\"state\",\"id\":\"10\"}");
        assertThat(command.lastEventIds()).containsExactly("", "8");
    }

    @Test
    void aJobThatHasEndedHasNoFurtherEvents() {
        streams.add(new ServedCommand.Response(204, ""));
        assertThat(command.run("job", "events", "J", "--after", "9")).isZero();
        assertThat(command.lastEventIds()).isEqualTo(List.of("9"));
        streams.add(new ServedCommand.Response(404, "{\"code\":\"JOB_NOT_FOUND\",\"detail\":\"no job\"}"));
        assertThat(command.run("job", "events", "J")).isEqualTo(1);
        assertThat(command.err()).contains("no job (404 JOB_NOT_FOUND)");
        assertThat(command.out()).isEmpty();
    }
}
