package io.rebalancer.manager.evacuate.commit;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.lease.Lease;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MetadataCommitterTest {
    private static final ActorTestKit KIT = TestSettings.kit("committer");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final FaultyTier tier = new FaultyTier();
    private final TestProbe<CommitResult> results = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ActorRef<MetadataCommitter.Command> committer(MetadataTier used) {
        Lease lease = new Lease(() -> 0);
        lease.prove(lease.now());
        CommitResources resources = CommitResources.create(
                KIT.system(),
                () -> TestSettings.evacuate("").commit(),
                used,
                DestinationCheck.NEVER_REFUSES,
                running -> {});
        return KIT.spawn(MetadataCommitter.create(
                resources, lease, new WritesInProgress(), location(1).storageNode(), 4, results.getRef()));
    }

    private static InFlightAssignment copied(int object) {
        CopyTask task = new CopyTask(
                ref(object),
                object(object),
                RecordsInMemory.OWNER,
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
        return new InFlightAssignment(
                new Assignment(new UUID(1, object), location(3), List.of(task)),
                AssignmentState.COPIED,
                List.of(),
                false);
    }

    @Test
    void aBugEndsTheAssignmentWithItsCause() {
        AtomicBoolean broken = new AtomicBoolean(true);
        FaultyTier working = tier;
        MetadataTier odd = (MetadataTier) Proxy.newProxyInstance(
                MetadataTier.class.getClassLoader(),
                new Class<?>[] {MetadataTier.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("shards") && broken.getAndSet(false)) {
                        throw new IllegalStateException("a bug");
                    }
                    return method.invoke(working, arguments);
                });
        tier.records.put(2, 2, 1, 2);
        ActorRef<MetadataCommitter.Command> committer = committer(odd);
        committer.tell(new MetadataCommitter.Commit(copied(1), false));
        CommitResult failed = results.receiveMessage(TIMEOUT);
        assertThat(failed.tally()).isEqualTo(SettledCounts.ZERO);
        assertThat(failed.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.METADATA_UPDATE_FAILED);
            assertThat(failure.detail()).contains("a bug");
        });
        assertThat(failed.unwanted()).isEmpty();
        assertThat(failed.doubtful()).containsExactly(object(1));
        committer.tell(new MetadataCommitter.Commit(copied(2), false));
        assertThat(results.receiveMessage(TIMEOUT).tally().relocated()).isEqualTo(1);
    }

    /** Thousands of commits may start together, for example when a shard returns. */
    @Test
    void commitsThatStartTogetherShareSearchesOfBoundedSize() {
        List<MetadataCommitter.Commit> commits = IntStream.range(0, 2_500)
                .mapToObj(object -> new MetadataCommitter.Commit(copied(object), false))
                .toList();
        List<List<MetadataCommitter.Commit>> groups = MetadataCommitter.groups(commits);
        assertThat(groups).extracting(List::size).containsExactly(1_000, 1_000, 500);
        assertThat(groups.stream().flatMap(List::stream)).containsExactlyElementsOf(commits);
        assertThat(MetadataCommitter.groups(List.of())).isEmpty();
    }

    @Test
    void anAssignmentThatWaitsForAShardDelaysNoOther() {
        tier.down.add(2);
        tier.records.put(2, 2, 1, 2);
        ActorRef<MetadataCommitter.Command> committer = committer(tier);
        for (int object = 1; object < 40; object += 2) {
            tier.records.put(object, object, 1, 2);
            committer.tell(new MetadataCommitter.Commit(copied(object), false));
        }
        committer.tell(new MetadataCommitter.Commit(copied(2), false));
        await().atMost(TIMEOUT).until(() -> tier.records.copies(2).contains(location(3)));
        results.expectNoMessage(Duration.ZERO);
    }
}
