package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.EvacuateSettings.CommitSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.lease.Lease;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Commits that start together ask each shard once for the records of all their objects. */
class SharedSearchTest {
    private static final ActorTestKit KIT = TestSettings.kit("shared-search");
    private static final CommitSettings SETTINGS = new CommitSettings(50, 16, 5, Duration.ofMillis(500));

    private final FaultyTier tier = new FaultyTier();
    private final MetadataCalls calls = new MetadataCalls(
            new MetadataShards(KIT.system(), tier, SETTINGS::shardTimeout, running -> {}),
            DestinationCheck.NEVER_REFUSES,
            lease(),
            new WritesInProgress(),
            4);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Lease lease() {
        Lease lease = new Lease(() -> 0);
        lease.prove(lease.now());
        return lease;
    }

    private InFlightAssignment copied(int number) {
        tier.records.put(number, number, 1, 2);
        CopyTask task = new CopyTask(
                ref(number),
                object(number),
                RecordsInMemory.OWNER,
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
        return new InFlightAssignment(
                new Assignment(new UUID(1, number), location(3), List.of(task)),
                AssignmentState.COPIED,
                List.of(),
                false);
    }

    private CompletionStage<CommitResult> start(InFlightAssignment copied, SharedSearch search) {
        return new AssignmentCommit(calls, SETTINGS, location(1).storageNode(), copied, false).run(search);
    }

    private static CommitResult get(CompletionStage<CommitResult> commit) throws Exception {
        return commit.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void eachShardIsAskedOnce() throws Exception {
        InFlightAssignment one = copied(1);
        InFlightAssignment other = copied(2);
        SharedSearch search = SharedSearch.over(calls, List.of(one, other));
        CompletionStage<CommitResult> first = start(one, search);
        CompletionStage<CommitResult> second = start(other, search);
        assertThat(get(first).tally().relocated()).isEqualTo(1);
        assertThat(get(second).tally().relocated()).isEqualTo(1);
        assertThat(tier.searches).containsExactlyInAnyOrder("1:2", "2:2");
    }

    /** A shard that can't be searched may hold snaplinks of any of them. */
    @Test
    void aFailedSearchIsThatOfEachAssignment() {
        tier.refusingSearches.add(2);
        InFlightAssignment one = copied(1);
        InFlightAssignment other = copied(2);
        SharedSearch search = SharedSearch.over(calls, List.of(one, other));
        for (int object = 1; object <= 2; object++) {
            assertThat(search.concerning(List.of(object(object)))
                            .toCompletableFuture()
                            .join())
                    .filteredOn(answer -> answer.shard() == 2)
                    .singleElement()
                    .satisfies(answer ->
                            assertThat(answer.failure().orElseThrow()).hasMessageContaining("sql is not allowed"));
        }
    }
}
