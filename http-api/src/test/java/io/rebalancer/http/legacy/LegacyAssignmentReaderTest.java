package io.rebalancer.http.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyLimits;
import io.rebalancer.core.legacy.LegacyRules;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.http.server.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The body of a POST in every form that legacy managers send, and within the limits of an agent. */
class LegacyAssignmentReaderTest {
    private static final UUID ID = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final LegacyTask TASK =
            new LegacyTask("o", "w", "m", "dc", "2.stor", Optional.empty(), Optional.empty());
    private static final String SOURCE = "\"source\":{\"datacenter\":\"dc\",\"manta_storage_id\":\"2.stor\"}";
    private static final String AS_OBJECT =
            "{\"object_id\":\"o\",\"owner\":\"w\",\"md5sum\":\"m\"," + SOURCE + ",\"status\":\"Pending\"}";
    private static final String AS_LIST = "[\"o\",\"w\",\"m\",[\"dc\",\"2.stor\"],\"Pending\"]";

    private static final int MAX_TASKS = 3;
    private static final int MAX_BODY_BYTES = 8 << 20;
    /** The embedded log's {@code max-frame-bytes}. */
    private static final int MAX_FRAME_BYTES = 16 << 20;

    private static Optional<LegacyAssignmentReader.Payload> read(String body) throws MalformedBody {
        return LegacyAssignmentReader.read(body, MAX_TASKS);
    }

    private static String payload(String... tasks) {
        return "{\"id\":\"" + ID + "\",\"tasks\":[" + String.join(",", tasks) + "]}";
    }

    static List<String> formsOfOneTask() {
        return List.of(
                payload(AS_OBJECT),
                payload(AS_LIST),
                "[\"" + ID + "\",[" + AS_LIST + "]]",
                "[\"" + ID + "\",[" + AS_OBJECT + "],{\"more\":[1,[2]]}]",
                "{\"tasks\":[" + AS_LIST + "],\"id\":\"" + ID + "\"}",
                "{\"new\":{\"tasks\":[1]},\"id\":\"" + ID + "\",\"tasks\":[" + AS_OBJECT + "],\"note\":null}",
                payload("{" + SOURCE + ",\"owner\":\"w\",\"md5sum\":\"m\",\"x\":[[{}]],\"object_id\":\"o\"}"),
                payload(AS_OBJECT.replace(
                        "\"status\":\"Pending\"", "\"status\":{\"Failed\":{\"HTTPStatusCode\":404}}")),
                payload(AS_OBJECT.replace("\"status\":\"Pending\"", "\"bucket_id\":null,\"object_name_hash\":7")),
                payload("[\"o\",\"w\",\"m\",[\"dc\",\"2.stor\",\"x\"],null,\"bucket\",\"hash\"]"),
                payload("[\"o\",\"w\",\"m\",{\"manta_storage_id\":\"2.stor\",\"datacenter\":\"dc\"}]"));
    }

    @ParameterizedTest
    @MethodSource("formsOfOneTask")
    void eachFormOfATaskIsRead(String body) throws MalformedBody {
        assertThat(read(body)).contains(new LegacyAssignmentReader.Payload(ID, List.of(TASK)));
    }

    @Test
    void theFieldsOfTheV2LayoutAreRead() throws MalformedBody {
        String task = AS_OBJECT.replace("\"status\":\"Pending\"", "\"bucket_id\":\"b\",\"object_name_hash\":\"h\"");
        assertThat(read(payload(task)))
                .contains(new LegacyAssignmentReader.Payload(
                        ID,
                        List.of(new LegacyTask("o", "w", "m", "dc", "2.stor", Optional.of("b"), Optional.of("h")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[]",
                "null",
                "7",
                "\"text\"",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\"}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":null}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":{}}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[7]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[null]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[[]]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[[\"o\",\"w\",\"m\",\"dc\"]]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[[\"o\",\"w\",\"m\",[\"dc\"]]]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[[7,\"w\",\"m\",[\"dc\",\"s\"]]]}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[]} {}",
                "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"tasks\":[",
                "{\"id\":7,\"tasks\":[]}",
                "{\"id\":\"../x\",\"tasks\":[]}"
            })
    void anUndecodableBodyHasNoPayload(String body) throws MalformedBody {
        assertThat(read(body)).isEmpty();
    }

    @Test
    void aDeepBodyHasNoPayload() throws MalformedBody {
        assertThat(read("[".repeat(1_000_000))).isEmpty();
        assertThat(read(payload("{\"x\":" + "[".repeat(1_000_000)))).isEmpty();
    }

    @Test
    void anObjectNamedTwiceHasNoPayload() throws MalformedBody {
        assertThat(read(payload(AS_LIST, AS_OBJECT))).isEmpty();
    }

    private static String[] tasks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> AS_LIST.replace("\"o\"", "\"o" + i + "\""))
                .toArray(String[]::new);
    }

    /** Nothing behind the first task beyond the limit is read: it may be anything. */
    @Test
    void readingStopsAtTheFirstTaskBeyondTheLimit() throws MalformedBody {
        assertThat(read(payload(tasks(MAX_TASKS)))).isPresent();
        String beyond = payload(tasks(MAX_TASKS + 1));
        for (String body : List.of(beyond, beyond.replace("]}", ", no JSON"))) {
            assertThatThrownBy(() -> read(body))
                    .isInstanceOf(MalformedBody.class)
                    .hasMessageContaining("more than 3 tasks")
                    .hasMessageContaining("rebalancer.agent.max-tasks-per-assignment");
        }
    }

    /** The largest body that the routes accept, in the form that needs the fewest bytes, with as many tasks as any agent takes. */
    @Test
    void theEventsOfTheLargestAssignmentFitIntoTheLog() throws Exception {
        int bytesOfTask = MAX_BODY_BYTES / LegacyLimits.MAX_TASKS - 40;
        String filler = "\u4E2D".repeat(bytesOfTask / 4 / 3);
        String body = payload(IntStream.range(0, LegacyLimits.MAX_TASKS)
                .mapToObj(
                        i -> "[\"" + filler + i + "\",\"" + filler + "\",\"" + filler + "\",[\"" + filler + "\",\"\"]]")
                .toArray(String[]::new));
        int bodyBytes = body.getBytes(StandardCharsets.UTF_8).length;
        assertThat(bodyBytes).isBetween(MAX_BODY_BYTES * 9 / 10, MAX_BODY_BYTES);
        LegacyAssignmentReader.Payload payload =
                LegacyAssignmentReader.read(body, LegacyLimits.MAX_TASKS).orElseThrow();
        Map<Integer, LegacyFailure> failures = new HashMap<>();
        for (int i = 0; i < LegacyLimits.MAX_TASKS; i++) {
            failures.put(i, LegacyFailure.httpStatus(404));
        }
        List<LegacyEvent> events = LegacyRules.accept(payload.id(), payload.tasks(), failures, Instant.EPOCH);
        ObjectMapper cbor = CBORMapper.builder()
                .addModules(new Jdk8Module(), new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .build();
        List<Integer> sizes = events.stream().map(each -> size(cbor, each)).toList();
        assertThat(sizes).hasSize(2);
        assertThat(sizes.get(0) + sizes.get(1)).isGreaterThan(bodyBytes).isLessThan(MAX_FRAME_BYTES);
    }

    private static int size(ObjectMapper cbor, LegacyEvent event) {
        try {
            return cbor.writeValueAsBytes(event).length;
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
