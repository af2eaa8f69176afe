package io.rebalancer.agent.inventory;

import io.rebalancer.agent.copy.CopyEngine;
import io.rebalancer.agent.store.ContentReader;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.OrphanQuarantine;
import io.rebalancer.agent.store.RunFence;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.NodeInventory.QuarantinePage;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import kamon.Kamon;
import kamon.metric.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs ask and order for single files. The right root is proved before each file is moved or deleted. An order with a token
 * below the highest known one changes nothing. Blocking.
 */
final class RunOrders {
    private static final Logger LOGGER = LoggerFactory.getLogger(RunOrders.class);
    private static final String STOPPED = "the gate of this agent is STOPPED; PUT /api/v1/agent/gate opens it";

    private final ObjectStore store;
    private final OrphanQuarantine orphans;
    private final CopyEngine engine;
    private final NodeSentinel sentinel;
    private final RunFence fence;
    private final HeldKeys held;
    private final ContentReader contents;
    private final long contentBytes;
    private final Pacer scrubPacer;
    private final Counter scrubbedBytes =
            Kamon.counter("rebalancer.inventory.scrubbed-bytes").withoutTags();

    /**
     * @param fence shared with all that takes commands of runs
     * @param scrubBytesPerSecond rate of {@link #readContents}, above 0
     * @param contentBytes bytes that one call of {@link #readContents} reads, roughly
     */
    RunOrders(
            ObjectStore store,
            CopyEngine engine,
            NodeSentinel sentinel,
            RunFence fence,
            HeldKeys held,
            long scrubBytesPerSecond,
            long contentBytes) {
        this.store = store;
        this.orphans = store.orphans();
        this.engine = engine;
        this.sentinel = sentinel;
        this.fence = fence;
        this.held = held;
        this.contents = store.contentReader();
        this.contentBytes = contentBytes;
        this.scrubPacer = new Pacer(scrubBytesPerSecond);
    }

    private boolean isInUse(ObjectKey key, Optional<UUID> createdFor) {
        return engine.isInUse(key)
                || held.contains(new CopyKey(key.owner(), key.objectId()))
                || createdFor.filter(held::holds).isPresent();
    }

    /** What the node has under these names. */
    List<CopyFacts> look(List<CopyKey> keys) throws IOException {
        requireAtMost(NodeInventory.MAX_KEYS, keys.size());
        requireRightRoot();
        List<CopyFacts> facts = new ArrayList<>(keys.size());
        for (CopyKey key : keys) {
            facts.add(orphans.look(key, this::isInUse));
        }
        // If the disk was unmounted meanwhile, the files only look absent.
        requireRightRoot();
        return facts;
    }

    /** Reads files until it has read enough for one request. One thread at a time may call it. */
    List<ContentFacts> readContents(List<CopyKey> keys) throws IOException {
        requireAtMost(NodeInventory.MAX_CONTENTS, keys.size());
        requireRightRoot();
        List<ContentFacts> facts = new ArrayList<>(keys.size());
        long[] left = {contentBytes};
        for (CopyKey key : keys) {
            if (left[0] <= 0) {
                facts.add(ContentFacts.inProgress(key, 0));
                continue;
            }
            facts.add(contents.read(key, left[0], bytes -> {
                scrubPacer.await(bytes);
                scrubbedBytes.increment(bytes);
                left[0] -= bytes;
            }));
        }
        requireRightRoot();
        return facts;
    }

    private static void requireAtMost(int most, int size) {
        if (size > most) {
            throw new IllegalArgumentException("a request has at most " + most + " keys, not " + size);
        }
    }

    private void requireRightRoot() throws IOException {
        Optional<String> problem = sentinel.check().problem();
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
    }

    /** Moves files; the token is stored before the first of them. The results are in the order of the files. */
    List<Result> quarantine(QuarantineOrder order) throws FencedCommand, IOException {
        requireRightRoot();
        admit(order.token());
        List<Result> results = new ArrayList<>(order.files().size());
        for (QuarantineOrder.File file : order.files()) {
            Optional<Result> result = move(order.token().runId(), file);
            if (result.isEmpty()) {
                int left = order.files().size() - results.size();
                LOGGER.warn("run={} files={} were not moved: {}", order.token().runId(), left, STOPPED);
                results.addAll(Collections.nCopies(left, Result.FAILED));
                return results;
            }
            results.add(result.get());
        }
        return results;
    }

    private void admit(RunToken token) throws FencedCommand, IOException {
        Optional<RunToken> known = fence.admit(token);
        if (known.isPresent()) {
            throw new FencedCommand(known.get());
        }
    }

    /** Empty if the gate is STOPPED. */
    private Optional<Result> move(UUID runId, QuarantineOrder.File file) {
        try {
            return engine.runUnlessStopped(() -> {
                requireRightRoot();
                return orphans.move(file, runId, this::isInUse);
            });
        } catch (IOException e) {
            LOGGER.warn("run={} path={} was not moved into the quarantine: {}", runId, file.key(), OneLine.of(e));
            return Optional.of(Result.FAILED);
        }
    }

    /** A page of the quarantine. */
    QuarantinePage quarantined(Optional<String> after, int limit) throws IOException {
        return orphans.list(after, Math.max(1, Math.min(limit, NodeInventory.MAX_KEYS)));
    }

    /** Gives a file of the quarantine its name again. */
    NodeInventory.Restore restore(String id) throws IOException {
        requireRightRoot();
        return switch (engine.runUnlessStopped(() -> store.restore(id)).orElseThrow(() -> new IOException(STOPPED))) {
            case RESTORED -> NodeInventory.Restore.RESTORED;
            case NAME_TAKEN -> NodeInventory.Restore.NAME_TAKEN;
            case MISSING -> NodeInventory.Restore.MISSING;
        };
    }

    /** Deletes files of the quarantine for good; returns the ids that it has not any more. */
    List<String> purge(PurgeOrder order) throws FencedCommand, IOException {
        requireAtMost(QuarantineOrder.MAX_FILES, order.ids().size());
        requireRightRoot();
        admit(order.token());
        List<String> gone = new ArrayList<>();
        for (String id : order.ids()) {
            boolean isGone = engine.runUnlessStopped(() -> {
                        requireRightRoot();
                        return orphans.purge(id, order.movedBefore());
                    })
                    .orElseThrow(() -> new IOException(STOPPED));
            if (isGone) {
                gone.add(id);
            }
        }
        return gone;
    }
}
