package io.rebalancer.manager.evacuate.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two records of one object, and what follows from the end of the assignment in which one of them is. */
@Tag("slow")
class FurtherRecordsTest extends BatcherFixture {

    /** One on each shard. */
    private ActorRef<AssignmentBatcher.Command> passOverTwoRecordsOfOneObject() {
        records.put(2, 7, 1, 2);
        records.put(3, 7, 1, 2);
        return pass(reachable(node(3, 50_000)), "");
    }

    private static RecordRef only(PlanningEvent.BatchReady ready) {
        assertThat(ready.assignment().tasks()).hasSize(1);
        return ready.assignment().tasks().get(0).record();
    }

    private static RecordRef otherThan(RecordRef record) {
        return record.equals(RecordsInMemory.ref(2)) ? RecordsInMemory.ref(3) : RecordsInMemory.ref(2);
    }

    private static void end(
            ActorRef<AssignmentBatcher.Command> batcher, PlanningEvent.BatchReady ready, Leftover left) {
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(ready.assignment(), left));
    }

    /** A record whose commit failed after its object was moved, in another shard: it is planned separately. */
    @Test
    void aRecordThatTheCommitOfItsObjectLeftIsPlannedSeparately() {
        ActorRef<AssignmentBatcher.Command> batcher = passOverTwoRecordsOfOneObject();
        PlanningEvent.BatchReady first = batch();
        RecordRef other = otherThan(only(first));
        end(batcher, first, swapFailed(other));
        PlanningEvent.BatchReady second = batch();
        assertThat(second.assignment().tasks())
                .singleElement()
                .satisfies(task -> assertThat(task.record()).isEqualTo(other));
        end(batcher, second, swapFailed(other));
        assertThat(unmovedBeforeMarks()).isEqualTo(1);
    }

    /** Its copy would be made again, and it would count a second time. */
    @Test
    void aFurtherRecordThatTheCommitMovedIsNotPlannedThoughTheScannedOneStayed() {
        ActorRef<AssignmentBatcher.Command> batcher = passOverTwoRecordsOfOneObject();
        PlanningEvent.BatchReady only = batch();
        end(batcher, only, swapFailed(only(only)));
        assertThat(unmovedBeforeMarks()).isEqualTo(1);
    }

    @Test
    void aFurtherRecordOnAShardThatTheCommitCouldNotSearchIsPlannedSeparately() {
        ActorRef<AssignmentBatcher.Command> batcher = passOverTwoRecordsOfOneObject();
        PlanningEvent.BatchReady first = batch();
        RecordRef other = otherThan(only(first));
        end(batcher, first, new Leftover(List.of(), Set.of(), Set.of(other.shard())));
        PlanningEvent.BatchReady second = batch();
        assertThat(second.assignment().tasks()).extracting(CopyTask::record).containsExactly(other);
        end(batcher, second);
        assertThat(unmovedBeforeMarks()).isZero();
    }

    @Test
    void theRecordsOfAnObjectThatWasNotCopiedArePlannedOneAfterTheOther() {
        ActorRef<AssignmentBatcher.Command> batcher = passOverTwoRecordsOfOneObject();
        for (int record = 0; record < 2; record++) {
            PlanningEvent.BatchReady ready = batch();
            List<UnmovedRecord> failures = List.of(failed(only(ready)));
            end(batcher, ready, Leftover.ofCommit(ready.assignment(), failures, failures, Set.of()));
        }
        assertThat(unmovedBeforeMarks()).isEqualTo(2);
    }

    private static Leftover swapFailed(RecordRef record) {
        return new Leftover(List.of(failed(record)), Set.of(), Set.of());
    }

    /** The mark must not pass a record whose assignment is in flight: a resumed scan would not count its failure. */
    @Test
    void theMarkWaitsForTheEndOfTheAssignmentAndCountsWhatItLeft() {
        records.put(2, 2, 1, 2);
        records.put(4, 4, 1, 2);
        ActorRef<AssignmentBatcher.Command> batcher = pass(reachable(node(3, 50_000)), "");
        PlanningEvent.BatchReady ready = batch();
        assertThat(ready.marks()).doesNotContainKey(1);
        end(batcher, ready, swapFailed(RecordsInMemory.ref(4)));
        assertThat(unmovedBeforeMarks()).isEqualTo(1);
    }

    private static UnmovedRecord failed(RecordRef record) {
        return new UnmovedRecord(record, UnmovedRecord.Kind.FAILED, Reason.METADATA_UPDATE_FAILED, "etag conflict");
    }
}
