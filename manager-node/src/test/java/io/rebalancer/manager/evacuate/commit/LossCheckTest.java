package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.lease.Lease;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** An agent that has asked nodes 2 and 1 reports object 1 as lost. */
class LossCheckTest {
    private static final ActorTestKit KIT = TestSettings.kit("loss");
    private static final CommitSettings SETTINGS = new CommitSettings(50, 16, 5, Duration.ofMillis(50));

    private final FaultyTier tier = new FaultyTier();
    private final MetadataShards shards = new MetadataShards(KIT.system(), tier, SETTINGS::shardTimeout, running -> {});

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private List<UnmovedRecord> failuresOfCommit(Reason reported) throws Exception {
        CopyTask task = new CopyTask(
                ref(1),
                object(1),
                RecordsInMemory.OWNER,
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of(location(2).storageNode(), location(1).storageNode()));
        InFlightAssignment copied = new InFlightAssignment(
                new Assignment(new UUID(1, 1), location(3), List.of(task)),
                AssignmentState.COPIED,
                List.of(new UnmovedRecord(ref(1), UnmovedRecord.Kind.FAILED, reported, "all answered 404")),
                false);
        Lease lease = new Lease(() -> 0);
        lease.prove(lease.now());
        MetadataCalls calls =
                new MetadataCalls(shards, DestinationCheck.NEVER_REFUSES, lease, new WritesInProgress(), 4);
        return new AssignmentCommit(calls, SETTINGS, location(1).storageNode(), copied, false)
                .run(SharedSearch.over(calls, List.of(copied)))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .failures();
    }

    @Test
    void aLossIsConfirmedIfTheRecordNamesNoOtherNode() throws Exception {
        tier.records.put(1, 1, 1, 2);
        assertThat(failuresOfCommit(Reason.UNRECOVERABLE)).isEmpty();
    }

    @Test
    void aNodeThatWasNotAskedMayHaveAGoodCopy() throws Exception {
        tier.records.put(1, 1, 1, 2, 9);
        assertThat(failuresOfCommit(Reason.UNRECOVERABLE)).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(Reason.SOURCE_OBJECT_NOT_FOUND);
            assertThat(each.detail()).contains("9.stor", "all answered 404");
        });
        assertThat(failuresOfCommit(Reason.MD5_MISMATCH))
                .as("other reasons stay as the agent reports them")
                .isEmpty();
    }

    @Test
    void nothingIsLostThatAUserHasDeleted() throws Exception {
        assertThat(failuresOfCommit(Reason.UNRECOVERABLE))
                .extracting(UnmovedRecord::reason)
                .containsExactly(Reason.SOURCE_OBJECT_NOT_FOUND);
    }

    @Test
    void aShardThatDoesNotAnswerConfirmsNothingUntilItDoes() throws Exception {
        tier.records.put(1, 1, 1, 2);
        tier.down.add(ref(1).shard());
        assertThat(failuresOfCommit(Reason.UNRECOVERABLE)).singleElement().satisfies(each -> {
            assertThat(each.reason()).isEqualTo(Reason.SOURCE_OBJECT_NOT_FOUND);
            assertThat(each.detail()).contains("can't be read");
        });
        tier.down.clear();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(failuresOfCommit(Reason.UNRECOVERABLE)).isEmpty());
    }
}
