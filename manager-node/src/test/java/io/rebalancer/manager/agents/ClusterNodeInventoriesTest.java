package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.InventoryMessage.Reply;
import io.rebalancer.cluster.order.OrderSender;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable.Code;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import io.rebalancer.core.reconcile.RunToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a run asks agents: each request with its reply, refusals, and frames that can't be decoded. */
class ClusterNodeInventoriesTest {
    private static final ActorTestKit KIT = ActorTestKit.create("inventories");
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final RunToken RUN = new RunToken(new UUID(0, 7), 7, 2);
    private static final CopyKey KEY = new CopyKey(new UUID(1, 1), new UUID(2, 2));

    private final TestProbe<AgentMessage> agent = KIT.createTestProbe();
    private boolean isMember = true;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private NodeInventory inventory(Duration deadline) {
        AgentCalls calls = new AgentCalls(
                new OrderSender(KIT.system(), node -> agent.getRef(), Optional.empty()),
                node -> isMember,
                node -> false,
                () -> CompletableFuture.failedFuture(new IllegalStateException("storinfo is silent")));
        return new ClusterNodeInventories(calls, deadline, Duration.ofSeconds(30)).of(NODE);
    }

    private NodeInventory inventory() {
        return inventory(Duration.ofSeconds(10));
    }

    private <T> T replied(CompletionStage<T> result, InventoryMessage.Request expected, Reply reply) {
        InventoryMessage.Request request = agent.expectMessageClass(InventoryMessage.Request.class);
        assertThat(request).usingRecursiveComparison().ignoringFields("replyTo").isEqualTo(expected);
        request.replyTo().tell(reply);
        return result.toCompletableFuture().join();
    }

    @Test
    void eachRequestGetsItsReply() {
        TestProbe<Reply> any = KIT.createTestProbe();
        InventoryStatus status = new InventoryStatus(
                RUN.runId(), InventoryStatus.State.READY, "id", Instant.EPOCH, Instant.EPOCH, Coverage.NONE, "");
        assertThat(replied(
                        inventory().begin(RUN),
                        new InventoryMessage.Begin(RUN, any.getRef()),
                        new InventoryMessage.StatusReported(status)))
                .isEqualTo(status);
        assertThat(replied(
                        inventory().status(RUN.runId()),
                        new InventoryMessage.AskStatus(RUN.runId(), any.getRef()),
                        new InventoryMessage.StatusReported(status)))
                .isEqualTo(status);
        List<RangeDigest> ranges = List.of(RangeDigest.empty(KEY));
        assertThat(replied(
                        inventory().differing(RUN.runId(), Optional.of(CopyKey.FIRST), ranges),
                        new InventoryMessage.CompareDigests(
                                RUN.runId(), Optional.of(CopyKey.FIRST), ranges, any.getRef()),
                        new InventoryMessage.DigestsCompared(List.of(0))))
                .containsExactly(0);
        List<InventoryEntry> entries = List.of(new InventoryEntry(KEY, 5, 6, 7, true));
        assertThat(replied(
                        inventory().entries(RUN.runId(), KeyRange.ALL, 9),
                        new InventoryMessage.ReadEntries(RUN.runId(), KeyRange.ALL, 9, any.getRef()),
                        new InventoryMessage.EntriesRead(EntryFrames.encode(entries), true)))
                .isEqualTo(new NodeInventory.EntryPage(entries, true));
        replied(
                inventory().drop(RUN.runId()),
                new InventoryMessage.Drop(RUN.runId(), any.getRef()),
                new InventoryMessage.Dropped(RUN.runId()));
        List<CopyFacts> facts = List.of(new CopyFacts(KEY, CopyFacts.Presence.ABSENT, 0, 0, 0));
        assertThat(replied(
                        inventory().look(List.of(KEY)),
                        new InventoryMessage.Look(List.of(KEY), any.getRef()),
                        new InventoryMessage.Looked(facts)))
                .isEqualTo(facts);
        List<ContentFacts> contents = List.of(new ContentFacts(KEY, 0, Optional.empty(), "gone"));
        assertThat(replied(
                        inventory().readContents(List.of(KEY)),
                        new InventoryMessage.ReadContents(List.of(KEY), any.getRef()),
                        new InventoryMessage.ContentsRead(contents)))
                .isEqualTo(contents);
        QuarantineOrder order = new QuarantineOrder(RUN, 1, List.of(new QuarantineOrder.File(KEY, 5, 6, 7)));
        assertThat(replied(
                        inventory().quarantine(order),
                        new InventoryMessage.Quarantine(order, any.getRef()),
                        new InventoryMessage.Quarantined(List.of(Result.MOVED))))
                .containsExactly(Map.entry(KEY, Result.MOVED));
        NodeInventory.QuarantinePage page = new NodeInventory.QuarantinePage(List.of(), false);
        assertThat(replied(
                        inventory().quarantined(Optional.of("a"), 9),
                        new InventoryMessage.ListQuarantine(Optional.of("a"), 9, any.getRef()),
                        new InventoryMessage.QuarantineListed(page)))
                .isEqualTo(page);
        assertThat(replied(
                        inventory().restore("a"),
                        new InventoryMessage.Restore("a", any.getRef()),
                        new InventoryMessage.RestoreDecided(NodeInventory.Restore.NAME_TAKEN)))
                .isEqualTo(NodeInventory.Restore.NAME_TAKEN);
        PurgeOrder purge = new PurgeOrder(RUN, List.of("a"), Instant.EPOCH);
        assertThat(replied(
                        inventory().purge(purge),
                        new InventoryMessage.Purge(purge, any.getRef()),
                        new InventoryMessage.Purged(List.of("a"))))
                .containsExactly("a");
    }

    private <T> Throwable failure(Function<NodeInventory, CompletionStage<T>> request, Reply reply) {
        CompletionStage<T> result = request.apply(inventory());
        agent.expectMessageClass(InventoryMessage.Request.class).replyTo().tell(reply);
        return failure(result);
    }

    private static <T> Throwable failure(CompletionStage<T> stage) {
        return Failures.rootCause(
                stage.handle((done, failure) -> failure).toCompletableFuture().join());
    }

    private static void assertUnavailable(Throwable failure, Code code, String detail) {
        assertThat(failure).isInstanceOfSatisfying(AgentUnavailable.class, unavailable -> {
            assertThat(unavailable.code()).isEqualTo(code);
            assertThat(unavailable).hasMessageContainingAll(NODE.text(), detail);
        });
    }

    @Test
    void refusalsAndFailuresAreReported() {
        assertThat(failure(node -> node.begin(RUN), new InventoryMessage.Fenced(new RunToken(new UUID(0, 9), 9, 1))))
                .isInstanceOf(NodeInventory.Fenced.class)
                .hasMessageContainingAll(NODE.text(), new UUID(0, 9).toString());
        assertThat(failure(
                        node -> node.entries(RUN.runId(), KeyRange.ALL, 1),
                        new InventoryMessage.NoInventory("it is LISTING")))
                .isInstanceOf(NodeInventory.NoInventory.class)
                .hasMessageContainingAll(NODE.text(), "LISTING");
        assertUnavailable(
                failure(node -> node.restore("a"), new InventoryMessage.Failed("the disk is full")),
                Code.AGENT_FAILED,
                "the disk is full");
        assertUnavailable(
                failure(
                        node -> node.entries(RUN.runId(), KeyRange.ALL, 1),
                        new InventoryMessage.EntriesRead(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0}, true)),
                Code.AGENT_FAILED,
                "version 9");
        assertUnavailable(
                failure(node -> node.look(List.of(KEY)), new InventoryMessage.Looked(List.of())),
                Code.AGENT_FAILED,
                "0 results for 1 files");
    }

    @Test
    void anAgentThatIsAwayOrSilentIsReported() {
        assertUnavailable(
                failure(inventory(Duration.ofMillis(20)).status(RUN.runId())), Code.AGENT_NO_REPLY, "did not reply");
        agent.expectMessageClass(InventoryMessage.AskStatus.class);
        isMember = false;
        assertUnavailable(failure(inventory().status(RUN.runId())), Code.AGENT_UNREACHABLE, "GET /api/v1/cluster");
        agent.expectNoMessage();
    }
}
