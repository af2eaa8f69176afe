package io.rebalancer.manager.evacuate.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallSlotsTest {
    private static final Duration FAST = Duration.ofMillis(1);
    private static final Duration SLOW = Duration.ofSeconds(2);

    private final CallSlots slots = new CallSlots();
    private final List<String> started = new ArrayList<>();

    private void acquire(int shard, CallSlots.Caller caller, int calls, String name) {
        for (int i = 0; i < calls; i++) {
            slots.acquire(shard, caller, () -> started.add(name));
        }
    }

    @Test
    void aSlowOrFailingShardCutsOnlyItsOwnLimit() {
        CallSlots.Caller job = new CallSlots.Caller(100);
        acquire(1, job, 60, "1");
        acquire(2, job, 60, "2");
        assertThat(slots.running(1)).isEqualTo(8);
        assertThat(slots.running(2)).isEqualTo(8);
        for (int i = 0; i < 20; i++) {
            slots.releaseFailed(1, job);
            slots.releaseAnswered(2, job, FAST);
        }
        assertThat(slots.running(1)).isLessThan(8);
        assertThat(slots.running(2)).isGreaterThan(8);
        int before = slots.running(2);
        slots.releaseAnswered(1, job, SLOW);
        assertThat(slots.running(2)).isEqualTo(before);
    }

    @Test
    void allJobsShareTheLimitOfAShard() {
        CallSlots.Caller one = new CallSlots.Caller(100);
        CallSlots.Caller other = new CallSlots.Caller(100);
        acquire(1, one, 20, "one");
        acquire(1, other, 20, "other");
        assertThat(slots.running(1)).isEqualTo(8);
        started.clear();
        for (int i = 0; i < 4; i++) {
            slots.release(1, one);
        }
        assertThat(started).as("jobs take turns").containsExactly("one", "other", "one", "other");
    }

    @Test
    void callsThatWaitForAShardHoldNoSlotOfTheirJob() {
        CallSlots.Caller job = new CallSlots.Caller(10);
        acquire(1, job, 50, "1");
        acquire(2, job, 2, "2");
        assertThat(slots.running(1)).isEqualTo(8);
        assertThat(slots.running(2)).isEqualTo(2);
    }

    @Test
    void callsThatWaitForTheirJobHoldNoSlotOfAShard() {
        CallSlots.Caller small = new CallSlots.Caller(1);
        CallSlots.Caller large = new CallSlots.Caller(100);
        acquire(1, small, 50, "small");
        acquire(1, large, 50, "large");
        assertThat(started).containsOnlyOnce("small").hasSize(8);
        assertThat(slots.waiting(1)).isEqualTo(92);
    }

    @Test
    void aShardThatFailedGetsOneCallAtATimeUntilItAnswers() {
        CallSlots.Caller job = new CallSlots.Caller(100);
        acquire(1, job, 20, "1");
        for (int i = 0; i < 8; i++) {
            slots.releaseFailed(1, job);
        }
        assertThat(slots.running(1)).isEqualTo(1);
        slots.releaseAnswered(1, job, FAST);
        assertThat(slots.running(1)).isGreaterThan(1);
    }
}
