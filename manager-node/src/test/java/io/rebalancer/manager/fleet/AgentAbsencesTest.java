package io.rebalancer.manager.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentAbsencesTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");

    private Instant now = Instant.parse("2026-11-26T00:00:00Z");
    private final InstantSource source = () -> now;
    private final AgentAbsences absences =
            new AgentAbsences(() -> Duration.ofSeconds(60), source.withZone(ZoneOffset.UTC));

    @Test
    void aNodeIsRefusedOnceItsAgentHasBeenAwayForTooLongAndUntilItIsBackAlsoIfStorinfoHasForgottenIt() {
        assertThat(absences.refusal(NODE)).isEmpty();
        absences.observe(Stream.of(NODE), node -> false);
        now = now.plusSeconds(59);
        absences.observe(Stream.of(NODE), node -> false);
        assertThat(absences.refusal(NODE)).isEmpty();
        now = now.plusSeconds(1);
        assertThat(absences.refusal(NODE))
                .hasValueSatisfying(text -> assertThat(text).contains("1.stor.d", "2026-11-26T00:00:00Z"));
        absences.observe(Stream.empty(), node -> true);
        assertThat(absences.refusal(NODE)).isEmpty();
    }
}
