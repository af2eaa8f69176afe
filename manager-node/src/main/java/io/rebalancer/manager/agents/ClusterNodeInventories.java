package io.rebalancer.manager.agents;

import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.cluster.inventory.FrameRejected;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.InventoryMessage.Reply;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/** What reconciliation runs ask and order from the agents that are members of the cluster, each with one message. */
public final class ClusterNodeInventories implements NodeInventory.Fleet {
    private final AgentCalls calls;
    private final Duration deadline;
    private final Duration longDeadline;

    /**
     * @param deadline of each request that reads little
     * @param longDeadline of those that read or move many files, at the pace of the agent
     */
    public ClusterNodeInventories(AgentCalls calls, Duration deadline, Duration longDeadline) {
        this.calls = calls;
        this.deadline = deadline;
        this.longDeadline = longDeadline;
    }

    @Override
    public NodeInventory of(StorageNodeId node) {
        return new AgentInventory(node);
    }

    private final class AgentInventory implements NodeInventory {
        private final StorageNodeId node;

        AgentInventory(StorageNodeId node) {
            this.node = node;
        }

        private <T extends Reply> CompletionStage<T> ask(
                Duration within, Class<T> type, Function<ActorRef<Reply>, AgentMessage> request) {
            return calls.ask(node, request, within).thenApply(reply -> result(reply, type));
        }

        private <T extends Reply> T result(Reply reply, Class<T> type) {
            if (reply instanceof InventoryMessage.Fenced fenced) {
                throw new Fenced("the agent of " + node + " has a command of the run "
                        + fenced.known().runId() + ", which has the number "
                        + fenced.known().number() + " and the epoch "
                        + fenced.known().epoch());
            }
            if (reply instanceof InventoryMessage.NoInventory none) {
                throw new NoInventory("the agent of " + node + ": " + none.detail());
            }
            if (reply instanceof InventoryMessage.Failed failed) {
                throw AgentCalls.failed(node, failed.detail());
            }
            return type.cast(reply);
        }

        @Override
        public CompletionStage<InventoryStatus> begin(RunToken token) {
            return ask(
                            deadline,
                            InventoryMessage.StatusReported.class,
                            replyTo -> new InventoryMessage.Begin(token, replyTo))
                    .thenApply(InventoryMessage.StatusReported::status);
        }

        @Override
        public CompletionStage<InventoryStatus> status(UUID runId) {
            return ask(
                            deadline,
                            InventoryMessage.StatusReported.class,
                            replyTo -> new InventoryMessage.AskStatus(runId, replyTo))
                    .thenApply(InventoryMessage.StatusReported::status);
        }

        @Override
        public CompletionStage<List<Integer>> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges) {
            return ask(
                            longDeadline,
                            InventoryMessage.DigestsCompared.class,
                            replyTo -> new InventoryMessage.CompareDigests(runId, after, ranges, replyTo))
                    .thenApply(InventoryMessage.DigestsCompared::differing);
        }

        @Override
        public CompletionStage<EntryPage> entries(UUID runId, KeyRange range, int limit) {
            return ask(
                            deadline,
                            InventoryMessage.EntriesRead.class,
                            replyTo -> new InventoryMessage.ReadEntries(runId, range, limit, replyTo))
                    .thenApply(this::page);
        }

        private EntryPage page(InventoryMessage.EntriesRead read) {
            try {
                return new EntryPage(EntryFrames.decode(read.frame()), read.last());
            } catch (FrameRejected e) {
                throw AgentCalls.failed(node, OneLine.of(e));
            }
        }

        @Override
        public CompletionStage<Void> drop(UUID runId) {
            return ask(deadline, InventoryMessage.Dropped.class, replyTo -> new InventoryMessage.Drop(runId, replyTo))
                    .thenAccept(dropped -> {});
        }

        @Override
        public CompletionStage<List<CopyFacts>> look(List<CopyKey> keys) {
            return ask(deadline, InventoryMessage.Looked.class, replyTo -> new InventoryMessage.Look(keys, replyTo))
                    .thenApply(looked -> complete(keys.size(), looked.facts()));
        }

        @Override
        public CompletionStage<List<ContentFacts>> readContents(List<CopyKey> keys) {
            return ask(
                            longDeadline,
                            InventoryMessage.ContentsRead.class,
                            replyTo -> new InventoryMessage.ReadContents(keys, replyTo))
                    .thenApply(read -> complete(keys.size(), read.facts()));
        }

        @Override
        public CompletionStage<RepairProgress> repair(RepairOrder order) {
            return ask(
                            deadline,
                            InventoryMessage.RepairReported.class,
                            replyTo -> new InventoryMessage.Repair(order, replyTo))
                    .thenApply(reported -> complete(order, reported.progress()));
        }

        private RepairProgress complete(RepairOrder order, RepairProgress progress) {
            int tasks = order.assignment().tasks().size();
            if (progress.ended().size() + progress.open() != tasks) {
                throw AgentCalls.failed(
                        node,
                        "it reported " + progress.ended().size() + " results and " + progress.open()
                                + " open copies for " + tasks + " copies");
            }
            return progress;
        }

        @Override
        public CompletionStage<Map<CopyKey, QuarantineOrder.Result>> quarantine(QuarantineOrder order) {
            return ask(
                            longDeadline,
                            InventoryMessage.Quarantined.class,
                            replyTo -> new InventoryMessage.Quarantine(order, replyTo))
                    .thenApply(moved -> byKey(order, complete(order.files().size(), moved.results())));
        }

        private static Map<CopyKey, QuarantineOrder.Result> byKey(
                QuarantineOrder order, List<QuarantineOrder.Result> results) {
            Map<CopyKey, QuarantineOrder.Result> byKey = new LinkedHashMap<>();
            for (int i = 0; i < results.size(); i++) {
                byKey.put(order.files().get(i).key(), results.get(i));
            }
            return byKey;
        }

        /** The results are matched by their positions. */
        private <T> List<T> complete(int expected, List<T> results) {
            if (results.size() != expected) {
                throw AgentCalls.failed(node, "it returned " + results.size() + " results for " + expected + " files");
            }
            return results;
        }

        @Override
        public CompletionStage<QuarantinePage> quarantined(Optional<String> after, int limit) {
            return ask(
                            deadline,
                            InventoryMessage.QuarantineListed.class,
                            replyTo -> new InventoryMessage.ListQuarantine(after, limit, replyTo))
                    .thenApply(InventoryMessage.QuarantineListed::page);
        }

        @Override
        public CompletionStage<Restore> restore(String id) {
            return ask(
                            deadline,
                            InventoryMessage.RestoreDecided.class,
                            replyTo -> new InventoryMessage.Restore(id, replyTo))
                    .thenApply(InventoryMessage.RestoreDecided::result);
        }

        @Override
        public CompletionStage<List<String>> purge(PurgeOrder order) {
            return ask(
                            longDeadline,
                            InventoryMessage.Purged.class,
                            replyTo -> new InventoryMessage.Purge(order, replyTo))
                    .thenApply(InventoryMessage.Purged::ids);
        }
    }
}
