package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.RunState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Reads the contents of all files that records claim on a storage node, at the pace of its agent. One wrong read proves nothing:
 * memory and controllers fail too. A file is reported if a later run reads it as wrong again.
 */
final class ContentScrub {
    /** Bytes that are read before results are stored, unless a single file has more. */
    private static final long MOST_BYTES = 64L << 20;

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final ReconcileResources resources;
    private final RunState run;
    private final StorageNodeId node;
    private final ContentReads contents;
    private final RunScope scope;
    private final RepeatedOrders orders;
    private final Consumer<CopyKey> wrong;
    private final List<Claim> batch = new ArrayList<>();
    private long batchBytes;
    private ContentCounts counts = ContentCounts.NONE;

    /** @param wrong gets each file whose content an earlier run has read as wrong too */
    ContentScrub(
            ReconcileResources resources,
            RunState run,
            StorageNodeId node,
            NodeInventory inventory,
            RunScope scope,
            Consumer<CopyKey> wrong) {
        this.resources = resources;
        this.run = run;
        this.node = node;
        this.contents = new ContentReads(inventory, scope);
        this.scope = scope;
        this.orders = new RepeatedOrders(scope);
        this.wrong = wrong;
    }

    ContentCounts read(ClaimFile claims) throws IOException, TimeoutException {
        try (ClaimFile.Claims all = claims.of(node, KeyRange.ALL)) {
            while (all.hasNext()) {
                add(all.next());
            }
        }
        readBatch();
        return counts;
    }

    private void add(Claim claim) throws TimeoutException {
        if (!claim.expectsFile() || claim.has(Claim.CONTRADICTORY)) {
            return;
        }
        if (batch.size() == NodeInventory.MAX_CONTENTS || batchBytes + claim.sizeBytes() > MOST_BYTES) {
            readBatch();
        }
        batch.add(claim);
        batchBytes += claim.sizeBytes();
    }

    private void readBatch() throws TimeoutException {
        if (batch.isEmpty()) {
            return;
        }
        scope.report("reads contents on " + node + ": " + counts.files() + " files so far");
        List<CopyKey> keys = batch.stream().map(Claim::key).toList();
        List<ContentFacts> read = contents.read(keys);
        List<CopyKey> bad = new ArrayList<>();
        List<CopyKey> good = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            sort(batch.get(i), read.get(i), bad, good);
        }
        Set<CopyKey> again = orders.awaitStored(
                () -> resources
                        .findings()
                        .putContents(
                                run.token().runId(),
                                node,
                                bad,
                                good,
                                resources.clock().instant()),
                TIMEOUT);
        counts = counts.plus(new ContentCounts(0, 0, bad.size() - again.size(), 0));
        again.forEach(wrong);
        batch.clear();
        batchBytes = 0;
    }

    /** A file of another length, or without a file, is found by the comparison of the listings. */
    private void sort(Claim claim, ContentFacts facts, List<CopyKey> bad, List<CopyKey> good) {
        Optional<ContentMd5> md5 = facts.md5();
        if (md5.isEmpty()) {
            counts = counts.plus(new ContentCounts(0, 0, 0, 1));
            return;
        }
        counts = counts.plus(new ContentCounts(1, facts.sizeBytes(), 0, 0));
        if (facts.sizeBytes() != claim.sizeBytes()) {
            return;
        }
        ByteBuffer digest = ByteBuffer.wrap(md5.get().bytes());
        boolean equal = digest.getLong() == claim.md5High() && digest.getLong() == claim.md5Low();
        (equal ? good : bad).add(claim.key());
    }
}
