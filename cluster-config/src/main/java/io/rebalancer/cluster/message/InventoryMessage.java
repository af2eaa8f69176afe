package io.rebalancer.cluster.message;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** What managers ask a storage agent about its files, and what they order for them ({@link NodeInventory}). */
public interface InventoryMessage {

    /** A request. The agent replies once to the manager that sent it, and to no other. */
    sealed interface Request extends AgentMessage, WireMessage {
        /** The manager that asks. */
        ActorRef<Reply> replyTo();
    }

    /** {@link NodeInventory#begin}. */
    record Begin(RunToken token, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#status}. */
    record AskStatus(UUID runId, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#differing}. */
    record CompareDigests(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges, ActorRef<Reply> replyTo)
            implements Request {
        public CompareDigests {
            ranges = List.copyOf(ranges);
        }
    }

    /** {@link NodeInventory#entries}. */
    record ReadEntries(UUID runId, KeyRange range, int limit, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#drop}. */
    record Drop(UUID runId, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#look}. */
    record Look(List<CopyKey> keys, ActorRef<Reply> replyTo) implements Request {
        public Look {
            keys = List.copyOf(keys);
        }
    }

    /** {@link NodeInventory#readContents}. */
    record ReadContents(List<CopyKey> keys, ActorRef<Reply> replyTo) implements Request {
        public ReadContents {
            keys = List.copyOf(keys);
        }
    }

    /** {@link NodeInventory#repair}. */
    record Repair(RepairOrder order, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#quarantine}. */
    record Quarantine(QuarantineOrder order, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#quarantined}. */
    record ListQuarantine(Optional<String> after, int limit, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#restore}. */
    record Restore(String id, ActorRef<Reply> replyTo) implements Request {}

    /** {@link NodeInventory#purge}. */
    record Purge(PurgeOrder order, ActorRef<Reply> replyTo) implements Request {}

    /** Reply to a {@link Request}; always small enough for one message. */
    sealed interface Reply extends WireMessage {}

    /** Reply to {@link Begin} and {@link AskStatus}. */
    record StatusReported(InventoryStatus status) implements Reply {}

    /** Reply to {@link CompareDigests}. */
    record DigestsCompared(List<Integer> differing) implements Reply {
        public DigestsCompared {
            differing = List.copyOf(differing);
        }
    }

    /**
     * Reply to {@link ReadEntries}.
     *
     * @param frame the entries, as {@link io.rebalancer.cluster.inventory.EntryFrames} encodes them
     * @param last whether the range has no further entries
     */
    record EntriesRead(byte[] frame, boolean last) implements Reply {
        /** Compares the bytes of the frames. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof EntriesRead read && last == read.last && Arrays.equals(frame, read.frame);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(frame) + Boolean.hashCode(last);
        }

        @Override
        public String toString() {
            return "EntriesRead[" + frame.length + " bytes, last=" + last + "]";
        }
    }

    /** Reply to {@link Drop}. */
    record Dropped(UUID runId) implements Reply {}

    /** Reply to {@link Look}. */
    record Looked(List<CopyFacts> facts) implements Reply {
        public Looked {
            facts = List.copyOf(facts);
        }
    }

    /** Reply to {@link ReadContents}. */
    record ContentsRead(List<ContentFacts> facts) implements Reply {
        public ContentsRead {
            facts = List.copyOf(facts);
        }
    }

    /** Reply to {@link Repair}. */
    record RepairReported(NodeInventory.RepairProgress progress) implements Reply {}

    /** Reply to {@link Quarantine}: a result for each file of the order, in its order. */
    record Quarantined(List<QuarantineOrder.Result> results) implements Reply {
        public Quarantined {
            results = List.copyOf(results);
        }
    }

    /** Reply to {@link ListQuarantine}. */
    record QuarantineListed(NodeInventory.QuarantinePage page) implements Reply {}

    /** Reply to {@link Restore}. */
    record RestoreDecided(NodeInventory.Restore result) implements Reply {}

    /** Reply to {@link Purge}: the items that are gone. */
    record Purged(List<String> ids) implements Reply {
        public Purged {
            ids = List.copyOf(ids);
        }
    }

    /** The agent has seen a higher token; nothing was done. */
    record Fenced(RunToken known) implements Reply {}

    /** The agent has no inventory for the run that is READY. */
    record NoInventory(String detail) implements Reply {}

    /** The agent could not carry the request out, or not completely. */
    record Failed(String detail) implements Reply {}
}
