package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With a clock that the test moves. */
class HttpContactsTest {
    private static final StorageNodeId CONFIGURED = new StorageNodeId("1.stor");
    private static final StorageNodeId ABSENT = new StorageNodeId("2.stor");

    private final HttpContacts contacts = new HttpContacts(Set.of(CONFIGURED), () -> this.now);
    private long now;

    /** The number of probes within {@code duration}, none of which gets a reply. */
    private int probes(StorageNodeId node, Duration duration) {
        int probes = 0;
        for (long second = 0; second < duration.toSeconds(); second++) {
            now += Duration.ofSeconds(1).toNanos();
            if (contacts.claimProbe(node)) {
                probes++;
                contacts.record(node, false);
            }
        }
        return probes;
    }

    @Test
    void anAgentConfiguredForHttpIsProbedEveryFewSeconds() {
        assertThat(probes(CONFIGURED, Duration.ofMinutes(10))).isBetween(95, 120);
    }

    @Test
    void anAbsentNodeIsProbedLessAndLessOften() {
        assertThat(probes(ABSENT, Duration.ofMinutes(10))).isLessThan(10);
        probes(ABSENT, Duration.ofMinutes(30));
        assertThat(probes(ABSENT, Duration.ofHours(10))).isBetween(55, 61);
    }

    @Test
    void anAgentThatRepliedRecentlyIsProbedEveryFewSeconds() {
        probes(ABSENT, Duration.ofHours(2));
        contacts.record(ABSENT, true);
        assertThat(contacts.replied(ABSENT)).isTrue();
        assertThat(probes(ABSENT, Duration.ofMinutes(9))).isGreaterThan(80);
        assertThat(contacts.replied(ABSENT)).isFalse();
        probes(ABSENT, Duration.ofMinutes(60));
        assertThat(probes(ABSENT, Duration.ofMinutes(10))).isLessThan(3);
    }

    @Test
    void oneCallerProbes() {
        assertThat(contacts.claimProbe(ABSENT)).isTrue();
        assertThat(contacts.claimProbe(ABSENT)).isFalse();
    }
}
