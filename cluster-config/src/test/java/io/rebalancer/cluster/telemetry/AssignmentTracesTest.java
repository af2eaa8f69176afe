package io.rebalancer.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.TraceSettings;
import java.net.URI;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssignmentTracesTest {
    private static final Optional<URI> ENDPOINT = Optional.of(URI.create("http://127.0.0.1:4318/v1/traces"));

    private static Stream<UUID> ids(long count) {
        Random random = new Random(7);
        return Stream.generate(() -> {
                    byte[] bytes = new byte[16];
                    random.nextBytes(bytes);
                    return UUID.nameUUIDFromBytes(bytes);
                })
                .limit(count);
    }

    private static long sampled(AssignmentTraces traces) {
        return ids(10_000).filter(id -> traces.of(id).isPresent()).count();
    }

    @Test
    void samplingIsProportionalAndTheSameInEveryProcess() {
        TraceSettings settings = new TraceSettings(ENDPOINT, 10);
        assertThat(sampled(AssignmentTraces.of(settings))).isBetween(850L, 1150L);
        AssignmentTraces here = AssignmentTraces.of(settings);
        AssignmentTraces there = AssignmentTraces.of(settings);
        assertThat(ids(1000))
                .allMatch(id -> here.of(id).isPresent() == there.of(id).isPresent());
        assertThat(sampled(AssignmentTraces.of(new TraceSettings(ENDPOINT, 1)))).isEqualTo(10_000);
    }

    @Test
    void nothingIsSampledWithoutAnEndpoint() {
        assertThat(sampled(AssignmentTraces.of(new TraceSettings(Optional.empty(), 1))))
                .isZero();
        assertThat(sampled(AssignmentTraces.NONE)).isZero();
    }
}
