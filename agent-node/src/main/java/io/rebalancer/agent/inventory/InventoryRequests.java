package io.rebalancer.agent.inventory;

import io.rebalancer.agent.copy.CopyEngine;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.RunFence;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.InventoryMessage.Reply;
import io.rebalancer.cluster.message.InventoryMessage.Request;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.core.port.NodeInventory.EntryPage;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what managers ask about files, and carries out what they order. No method waits: the work is done by four threads,
 * for the records, for single files, for changes and for contents, so that a long read delays no order. Each has a bounded
 * queue.
 */
public final class InventoryRequests implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(InventoryRequests.class);
    private static final int MAX_WAITING = 16;
    private static final int CONTENT_SECONDS = 30;
    private static final long MAX_CONTENT_BYTES = 4L << 30;

    private final AgentInventory inventory;
    private final InventoryReader reader;
    private final RunOrders orders;
    private final RunCopies copies;
    private final HeldKeys held;
    private final WorkQueue reads = new WorkQueue("inventory-reads", MAX_WAITING);
    private final WorkQueue looks = new WorkQueue("inventory-looks", MAX_WAITING);
    private final WorkQueue changes = new WorkQueue("inventory-changes", MAX_WAITING);
    private final WorkQueue contents = new WorkQueue("inventory-contents", MAX_WAITING);

    private InventoryRequests(AgentInventory inventory, RunOrders orders, RunCopies copies, HeldKeys held) {
        this.inventory = inventory;
        this.reader = new InventoryReader(inventory);
        this.orders = orders;
        this.copies = copies;
        this.held = held;
    }

    /**
     * Opens the inventory in {@code dataDir/inventory}, and identifies the object root.
     *
     * @param settings of the agent; its object store is open
     * @param engine counts and forbids changes of the disk
     * @throws IOException if the data directory is not usable
     */
    public static InventoryRequests open(
            AgentSettings settings, InventorySettings limits, ObjectStore store, CopyEngine engine) throws IOException {
        InventoryFiles files = new InventoryFiles(settings.dataDir().resolve("inventory"));
        NodeSentinel sentinel = NodeSentinel.open(settings.root(), settings.dataDir(), settings.storageNode());
        RunFence fence = store.runFence();
        HeldKeys held = new HeldKeys();
        return new InventoryRequests(
                AgentInventory.open(store, sentinel, fence, files, limits, System::nanoTime),
                new RunOrders(store, engine, sentinel, fence, held, limits.scrubBytesPerSecond(), contentBytes(limits)),
                new RunCopies(settings.storageNode(), engine, sentinel, fence),
                held);
    }

    /** What is read in about half a minute, so that the answer arrives in time also from a disk that is slower than the limit. */
    private static long contentBytes(InventorySettings limits) {
        return Math.min(limits.scrubBytesPerSecond(), MAX_CONTENT_BYTES / CONTENT_SECONDS) * CONTENT_SECONDS;
    }

    /** The objects of held assignments, which the agent's actor updates. */
    public HeldKeys held() {
        return held;
    }

    /** Replies to a request when its result is there. */
    public void answer(Request request) {
        if (request instanceof InventoryMessage.AskStatus ask) {
            request.replyTo().tell(new InventoryMessage.StatusReported(inventory.status(ask.runId())));
        } else if (request instanceof InventoryMessage.CompareDigests
                || request instanceof InventoryMessage.ReadEntries) {
            reply(request, reads, () -> read(request));
        } else if (request instanceof InventoryMessage.Look || request instanceof InventoryMessage.ListQuarantine) {
            reply(request, looks, () -> look(request));
        } else if (request instanceof InventoryMessage.ReadContents read) {
            reply(request, contents, () -> new InventoryMessage.ContentsRead(orders.readContents(read.keys())));
        } else {
            reply(request, changes, () -> change(request));
        }
    }

    private Reply read(Request request) throws Exception {
        if (request instanceof InventoryMessage.CompareDigests compare) {
            return new InventoryMessage.DigestsCompared(
                    reader.differing(compare.runId(), compare.after(), compare.ranges()));
        }
        InventoryMessage.ReadEntries read = (InventoryMessage.ReadEntries) request;
        EntryPage page = reader.entries(read.runId(), read.range(), read.limit());
        return new InventoryMessage.EntriesRead(EntryFrames.encode(page.entries()), page.last());
    }

    private Reply look(Request request) throws Exception {
        if (request instanceof InventoryMessage.Look look) {
            return new InventoryMessage.Looked(orders.look(look.keys()));
        }
        InventoryMessage.ListQuarantine list = (InventoryMessage.ListQuarantine) request;
        return new InventoryMessage.QuarantineListed(orders.quarantined(list.after(), list.limit()));
    }

    private Reply change(Request request) throws Exception {
        if (request instanceof InventoryMessage.Begin begin) {
            return new InventoryMessage.StatusReported(inventory.begin(begin.token()));
        }
        if (request instanceof InventoryMessage.Drop drop) {
            inventory.drop(drop.runId());
            return new InventoryMessage.Dropped(drop.runId());
        }
        if (request instanceof InventoryMessage.Repair repair) {
            return new InventoryMessage.RepairReported(copies.repair(repair.order()));
        }
        if (request instanceof InventoryMessage.Quarantine quarantine) {
            return new InventoryMessage.Quarantined(orders.quarantine(quarantine.order()));
        }
        if (request instanceof InventoryMessage.Restore restore) {
            return new InventoryMessage.RestoreDecided(orders.restore(restore.id()));
        }
        if (request instanceof InventoryMessage.Purge purge) {
            return new InventoryMessage.Purged(orders.purge(purge.order()));
        }
        throw new AssertionError("a request without an answer: " + request.getClass());
    }

    private static void reply(Request request, WorkQueue queue, Callable<Reply> work) {
        queue.run(work)
                .exceptionally(failure -> failed(request, Failures.rootCause(failure)))
                .thenAccept(reply -> request.replyTo().tell(reply));
    }

    private static Reply failed(Request request, Throwable cause) {
        if (cause instanceof FencedCommand fenced) {
            LOGGER.warn(
                    "{} refused: its token is stale, the highest one is of the run {}",
                    request.getClass().getSimpleName(),
                    fenced.known());
            return new InventoryMessage.Fenced(fenced.known());
        }
        if (cause instanceof InventoryNotReady notReady) {
            return new InventoryMessage.NoInventory(OneLine.of(notReady));
        }
        LOGGER.warn("{} failed: {}", request.getClass().getSimpleName(), OneLine.of(cause));
        return new InventoryMessage.Failed(OneLine.of(cause));
    }

    /** Ends all work. A move in progress is not interrupted: the gate of the copy engine ends its order. */
    @Override
    public void close() {
        reads.close();
        looks.close();
        contents.close();
        inventory.close();
        changes.finish();
    }
}
