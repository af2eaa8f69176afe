package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A pass is stalled if nothing comes of it for a while, and the reason names what it waits for. */
class ProgressWatchTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(30);
    private static final JobWait SHARD = new JobWait(
            JobWait.Cause.METADATA_SHARD, Instant.EPOCH, Optional.empty(), "metadata shard 7 does not answer");
    private static final JobState RUNNING = JobState.EMPTY
            .apply(new JobEvent.JobCreated(location(1), 0, Instant.EPOCH))
            .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
    private static final JobState STALLED = RUNNING.apply(new JobEvent.JobStalled("shard 7", Instant.EPOCH));
    private static final JobEvent READ = new JobEvent.ScanAdvanced(Map.of(1, ScanPosition.at(ScanColumn.ID, 10)));

    private final SettableClock clock = new SettableClock();
    private final ProgressWatch watch = new ProgressWatch(() -> TIMEOUT, clock);

    @Test
    void aPassOfWhichNothingComesIsStalled() {
        clock.pass(TIMEOUT.minusSeconds(1));
        assertThat(watch.due(RUNNING, List.of(SHARD))).isEmpty();
        clock.pass(Duration.ofSeconds(1));
        assertThat(watch.due(RUNNING, List.of(SHARD)))
                .containsInstanceOf(JobCommand.MarkStalled.class)
                .get()
                .asString()
                .contains("1970-01-01T00:00:00Z", "metadata shard 7 does not answer");
        assertThat(watch.due(STALLED, List.of(SHARD))).as("once").isEmpty();
    }

    @Test
    void progressGivesTime() {
        clock.pass(TIMEOUT.minusSeconds(1));
        assertThat(watch.follow(RUNNING, RUNNING.apply(READ))).isEmpty();
        clock.pass(TIMEOUT.minusSeconds(1));
        assertThat(watch.due(RUNNING, List.of())).isEmpty();
        assertThat(watch.lastProgress()).isEqualTo(clock.instant().minus(TIMEOUT.minusSeconds(1)));
    }

    @Test
    void progressOfAStalledPassEndsThat() {
        assertThat(watch.follow(STALLED, STALLED)).isEmpty();
        assertThat(watch.follow(STALLED, STALLED.apply(READ))).containsInstanceOf(JobCommand.MarkProgress.class);
    }

    /** The time between two passes, or of a pause, is not that of the pass. */
    @Test
    void aNewPassHasItsTime() {
        clock.pass(TIMEOUT);
        JobState paused = RUNNING.apply(new JobEvent.JobPausing(Instant.EPOCH));
        assertThat(watch.due(paused, List.of())).isEmpty();
        watch.follow(paused, RUNNING);
        assertThat(watch.due(RUNNING, List.of())).isEmpty();
    }
}
