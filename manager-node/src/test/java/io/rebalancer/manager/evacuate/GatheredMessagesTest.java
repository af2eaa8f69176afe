package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Messages that arrive during a write are decided one after the other, and stored together. */
class GatheredMessagesTest {
    private final GatheredMessages gathered = new GatheredMessages();
    private final List<String> done = new ArrayList<>();

    private static JobMessage message(int number) {
        return new JobMessage.ReleaseAcknowledged(new UUID(0, number));
    }

    private static int number(JobMessage message) {
        return (int) ((JobMessage.ReleaseAcknowledged) message).assignmentId().getLeastSignificantBits();
    }

    private static int parallelism(JobState job) {
        return job.settings()
                .find(SettingName.COMMIT_PARALLELISM)
                .map(chosen -> Math.toIntExact(chosen.value()))
                .orElse(0);
    }

    /** Message {@code n} adds {@code n} to the parallelism; message 100 creates the job. */
    private JobStep decide(JobState job, JobMessage message) {
        int number = number(message);
        JobEvent event = number == 100
                ? new JobEvent.JobCreated(new CopyLocation("dc1", new StorageNodeId("1.stor")), 0, Instant.EPOCH)
                : new JobEvent.CommitParallelismSet(parallelism(job) + number);
        return new JobStep(
                List.of(event), (before, after) -> done.add(parallelism(before) + " to " + parallelism(after)));
    }

    @Test
    void eachMessageIsDecidedWithTheStateAfterTheMessagesBefore() {
        assertThat(gathered.add(message(1))).isTrue();
        assertThat(gathered.add(message(20))).isFalse();
        assertThat(gathered.add(message(3))).isFalse();
        JobStep step = gathered.take(JobState.EMPTY, this::decide);
        assertThat(step.events())
                .containsExactly(
                        new JobEvent.CommitParallelismSet(1),
                        new JobEvent.CommitParallelismSet(21),
                        new JobEvent.CommitParallelismSet(24));
        assertThat(gathered.isEmpty()).isTrue();
        assertThat(done).as("nothing is done before the events are stored").isEmpty();
        step.afterwards().accept(JobState.EMPTY, step.from(JobState.EMPTY));
        assertThat(done).containsExactly("0 to 1", "1 to 21", "21 to 24");
        assertThat(gathered.add(message(4))).isTrue();
    }

    /** The first of them may have stopped the children that sent the others. */
    @Test
    void messagesBehindAChangeOfPhaseWaitForTheNextWrite() {
        gathered.add(message(1));
        gathered.add(message(100));
        gathered.add(message(2));
        JobStep first = gathered.take(JobState.EMPTY, this::decide);
        JobState created = first.from(JobState.EMPTY);
        assertThat(created.phase()).isEqualTo(JobPhase.SETUP);
        assertThat(created.order().map(EvacuateOrder::maxRecords)).hasValue(0L);
        assertThat(parallelism(created)).isEqualTo(1);
        assertThat(gathered.isEmpty()).isFalse();
        JobStep second = gathered.take(created, this::decide);
        assertThat(second.events()).containsExactly(new JobEvent.CommitParallelismSet(3));
    }

    @Test
    void oneWriteIsBounded() {
        for (int i = 0; i < 250; i++) {
            gathered.add(message(1));
        }
        List<Integer> writes = new ArrayList<>();
        while (!gathered.isEmpty()) {
            writes.add(gathered.take(JobState.EMPTY, this::decide).events().size());
        }
        assertThat(writes).containsExactly(100, 100, 50);
    }

    @Test
    void clearedMessagesAreNeverDecided() {
        gathered.add(message(1));
        gathered.clear();
        assertThat(gathered.take(JobState.EMPTY, this::decide).events()).isEmpty();
        assertThat(gathered.add(message(2))).isTrue();
    }
}
