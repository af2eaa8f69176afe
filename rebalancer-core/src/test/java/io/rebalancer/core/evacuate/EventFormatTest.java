package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored events stay readable: one file per event pins its class name and its members. */
class EventFormatTest {
    private static final Path STORED = Path.of("src/test/resources/stored-events");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private static final ObjectMapper CBOR = CBORMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    static List<JobEvent> events() {
        return Samples.events();
    }

    @Test
    void everyEventHasASample() {
        Set<Class<?>> sampled =
                Samples.events().stream().map(JobEvent::getClass).collect(Collectors.toSet());
        assertThat(sampled).containsExactlyInAnyOrder(JobEvent.class.getPermittedSubclasses());
    }

    /** A new event writes its file once and fails: look at the file, commit it, run again. */
    @ParameterizedTest
    @MethodSource("events")
    void aStoredEventIsReadAsItWasWritten(JobEvent event) throws IOException {
        Path file = STORED.resolve(event.getClass().getName() + ".json");
        if (!Files.exists(file)) {
            Files.createDirectories(STORED);
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(event) + "\n");
            fail("new stored format in " + file + ": look at it, commit it, run again");
        }
        assertThat(JSON.readValue(file.toFile(), event.getClass())).isEqualTo(event);
        assertThat(JSON.readTree(file.toFile())).isEqualTo(JSON.readTree(JSON.writeValueAsString(event)));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventSurvivesCbor(JobEvent event) throws IOException {
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(event), event.getClass()))
                .isEqualTo(event);
    }

    @Test
    void aSnapshotSurvivesCbor() throws IOException {
        JobState state = JobState.EMPTY;
        for (JobEvent event : Samples.events().subList(0, 4)) {
            state = state.apply(event);
        }
        assertThat(CBOR.readValue(CBOR.writeValueAsBytes(state), JobState.class))
                .isEqualTo(state);
    }
}
