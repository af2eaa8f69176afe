package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.persistence.Words;
import io.rebalancer.persistence.log.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.Test;

/** Many writers at once on a log whose queue has one entry. Most writes are rejected, without effects on later writes. */
class LogBackpressureTest {
    private static final int WRITERS = 300;

    @Test
    void theCircuitBreakerStaysClosedUnderBackpressure() {
        ActorTestKit kit = ActorTestKit.create(
                "backpressure",
                ConfigFactory.parseString("rebalancer.log.queue-entries = 1")
                        .withFallback(TckSettings.config())
                        .withFallback(ConfigFactory.load())
                        .resolve());
        try {
            EventLog log = LogExtension.get(kit.system().classicSystem()).log();
            AtomicInteger rejected = new AtomicInteger();
            TestProbe<Integer> probe = kit.createTestProbe();
            // Each writer reads its highest sequence number, then stores: far more than one entry at a time.
            for (int i = 0; i < WRITERS; i++) {
                log.append("flood-" + i, 1, List.of(new byte[2000])).whenComplete((offset, failure) -> {
                    if (failure != null) {
                        rejected.incrementAndGet();
                    }
                });
                kit.spawn(new Words(PersistenceId.ofUniqueId("writer-" + i), probe.getRef()))
                        .tell("event");
            }
            probe.awaitAssert(Duration.ofSeconds(20), () -> {
                assertThat(rejected.get()).isGreaterThan(20);
                assertThat(log.status().queued()).isZero();
                return true;
            });
            // With an open circuit breaker the journal would reject every write for half a minute.
            probe.awaitAssert(Duration.ofSeconds(20), () -> {
                TestProbe<Integer> last = kit.createTestProbe();
                kit.spawn(new Words(PersistenceId.ofUniqueId("later-" + System.nanoTime()), last.getRef()))
                        .tell("later");
                return last.expectMessage(Duration.ofSeconds(1), 1);
            });
        } finally {
            kit.shutdownTestKit();
        }
    }
}
