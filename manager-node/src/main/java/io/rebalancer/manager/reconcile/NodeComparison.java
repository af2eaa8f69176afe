package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.MergeJoin;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.Candidate;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.registry.ServiceState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * Compares one storage node with the claims on it: makes its agent list the files, finds the ranges that differ, merges these,
 * looks a second time at each candidate, and stores the findings. Blocking; runs on an own thread.
 */
final class NodeComparison {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final ReconcileResources resources;
    private final ReconcileSettings settings;
    private final RunState run;
    private final StorageNodeId node;
    private final NodeInventory inventory;
    private final ClaimFile claims;
    private final boolean severalDatacenters;
    private final RunScope scope;

    /**
     * @param run the run, whose metadata is read
     * @param severalDatacenters whether the fleet has more than one datacenter
     */
    NodeComparison(
            ReconcileResources resources,
            RunState run,
            StorageNodeId node,
            ClaimFile claims,
            boolean severalDatacenters,
            RunScope scope) {
        this.resources = resources;
        this.settings = resources.settings().get();
        this.run = run;
        this.node = node;
        this.inventory = resources.inventories().of(node);
        this.claims = claims;
        this.severalDatacenters = severalDatacenters;
        this.scope = scope;
    }

    /**
     * The report of the node; its findings are stored then. What keeps the node from being compared is part of the report.
     *
     * @throws RunCanceled if the scope is closed meanwhile
     * @throws IOException if the claims can't be read
     */
    NodeReport run() throws IOException {
        try {
            InventoryStatus listing = list();
            // Only now: the agent has shown that no later incarnation has begun, whose findings these would be.
            await(resources.findings().clear(run.token().runId(), node));
            return faultOf(listing).orElseGet(() -> compare(listing));
        } catch (TimeoutException e) {
            return unavailable("the agent of " + node + " does not answer: " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RunFault e) {
            return fault(e);
        }
    }

    private NodeReport fault(RunFault fault) {
        if (fault.is(FleetAgents.AgentUnavailable.class) || fault.is(TimeoutException.class)) {
            return unavailable(fault.reason());
        }
        if (fault.is(NodeInventory.Fenced.class)) {
            return NodeReport.unknown(node, AbortReason.FENCED, fault.reason());
        }
        return NodeReport.unknown(node, AbortReason.UNKNOWN, fault.reason());
    }

    private NodeReport unavailable(String detail) {
        return NodeReport.unknown(node, AbortReason.NODE_UNAVAILABLE, detail);
    }

    private <T> T await(CompletionStage<T> stage) throws TimeoutException {
        return scope.await(stage, settings.listingTimeout());
    }

    /** Waits while the listing makes progress. */
    private InventoryStatus list() throws TimeoutException {
        InventoryStatus status = await(inventory.begin(run.token()));
        long files = -1;
        long lastProgress = System.nanoTime();
        while (status.state() == InventoryStatus.State.LISTING) {
            if (status.coverage().files() != files) {
                files = status.coverage().files();
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress
                    > settings.listingTimeout().toNanos()) {
                throw new TimeoutException("its listing has been at " + files + " files for "
                        + settings.listingTimeout().toSeconds() + " s");
            }
            scope.report("waits for the listing of " + node + ": " + files + " files so far");
            scope.pause(POLL);
            status = await(inventory.status(run.token().runId()));
        }
        return status;
    }

    private Optional<NodeReport> faultOf(InventoryStatus listing) {
        if (listing.state() == InventoryStatus.State.WRONG_ROOT) {
            return Optional.of(NodeReport.unknown(node, AbortReason.NODE_IDENTITY_MISMATCH, listing.detail()));
        }
        if (listing.state() != InventoryStatus.State.READY) {
            return Optional.of(unavailable("the listing is " + listing.state() + ": " + listing.detail()));
        }
        String known = run.order().orElseThrow().roots().get(node);
        if (known != null && !Objects.equals(known, listing.rootId())) {
            return Optional.of(NodeReport.unknown(
                    node,
                    AbortReason.NODE_IDENTITY_MISMATCH,
                    "the object root has the identity " + listing.rootId() + "; earlier runs saw " + known
                            + ". If the disk was replaced on purpose, order a run that accepts new roots"));
        }
        Duration skew =
                Duration.between(listing.clock(), resources.clock().instant()).abs();
        if (skew.compareTo(settings.clockSkew()) > 0) {
            return Optional.of(NodeReport.unknown(
                    node,
                    AbortReason.CLOCK_SKEW,
                    "the clock of " + node + " differs by " + skew.toSeconds() + " s from this manager's; at most "
                            + settings.clockSkew().toSeconds()
                            + " s are allowed, because the age of files decides. Set the clocks of both by NTP"));
        }
        return Optional.empty();
    }

    private NodeReport compare(InventoryStatus listing) {
        try {
            CandidateRules rules = rules(listing);
            CandidateCheck check = new CandidateCheck(resources, run, node, rules, scope, settings.listingTimeout());
            NodeListing files =
                    new NodeListing(node, inventory, run.token().runId(), claims, scope, settings.listingTimeout());
            long[] claimed = new long[1];
            scope.report("compares the digests of " + node);
            List<KeyRange> differing = files.differing(claim -> {
                claimed[0]++;
                rules.doubt(claim).ifPresent(check::add);
            });
            int merged = 0;
            for (KeyRange range : differing) {
                // The keys at the ends of the range name an owner, and viewers read this.
                merged++;
                scope.report("compares range " + merged + " of " + differing.size() + " of " + node);
                merge(range, files, listing, check);
            }
            ContentCounts contents = run.order().orElseThrow().readsContents()
                    ? new ContentScrub(
                                    resources,
                                    run,
                                    node,
                                    inventory,
                                    scope,
                                    key -> check.add(Candidate.wrongContent(key)))
                            .read(claims)
                    : ContentCounts.NONE;
            check.finish();
            // The agent keeps one listing at a time; the next run replaces one that could not be dropped.
            inventory.drop(run.token().runId());
            return report(listing, check, claimed[0], contents, files.transferredBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new RunFault(e);
        }
    }

    /** A grace counts from the clock of the node that is behind. */
    static CandidateRules.Limits limits(ReconcileSettings settings, boolean severalDatacenters) {
        return new CandidateRules.Limits(
                settings.fileGrace().plus(settings.clockSkew()),
                settings.recordGrace().plus(settings.clockSkew()),
                settings.copies().least(),
                settings.copies().most(),
                severalDatacenters);
    }

    private CandidateRules rules(InventoryStatus listing) {
        return new CandidateRules(
                node,
                limits(settings, severalDatacenters),
                listing.begunAt().toEpochMilli(),
                resources.clock().millis(),
                run.metadataComplete());
    }

    private void merge(KeyRange range, NodeListing files, InventoryStatus listing, CandidateCheck check)
            throws IOException {
        try (ClaimFile.Claims all = claims.of(node, range)) {
            MergeJoin.join(all, files.entries(range), new MergeJoin.Sink() {
                @Override
                public void claimOnly(Claim claim) {
                    if (listing.coverage().unlisted().stream().anyMatch(each -> each.contains(claim.key()))) {
                        check.countUnlisted(claim);
                    } else {
                        CandidateRules.compare(claim).ifPresent(check::add);
                    }
                }

                @Override
                public void both(Claim claim, InventoryEntry entry) {
                    CandidateRules.compare(claim, entry).ifPresent(check::add);
                }

                @Override
                public void fileOnly(InventoryEntry entry) {
                    check.add(Candidate.orphan(entry));
                }
            });
        }
    }

    /** After a job has proved that no record names the node, all of its files are orphans. */
    private boolean isDrained(long claimed) {
        if (claimed > 0 || !run.metadataComplete()) {
            return false;
        }
        try {
            return await(resources.repairs().outOfService().get()).stream()
                    .anyMatch(each -> each.node().equals(node)
                            && (each.state() == ServiceState.DRAINED || each.state() == ServiceState.REMOVED));
        } catch (TimeoutException e) {
            throw new RunFault(e);
        }
    }

    private NodeReport report(
            InventoryStatus listing, CandidateCheck check, long claimed, ContentCounts contents, long transferred) {
        Map<DriftKind, Long> found = check.found();
        long missing = found.getOrDefault(DriftKind.MISSING_COPY, 0L) + found.getOrDefault(DriftKind.MISSING_ALL, 0L);
        long orphans = found.getOrDefault(DriftKind.ORPHAN_FILE, 0L);
        Optional<AbortReason> fault = Optional.empty();
        String detail = "";
        if (settings.breaker().tripsOnMissing(missing, claimed)) {
            fault = Optional.of(AbortReason.BREAKER);
            detail = missing + " of " + claimed + " files are missing: nothing will be done about this node. Check that"
                    + " the right disk is mounted at its object root";
        } else if (settings.breaker().tripsOnOrphans(orphans, listing.coverage().files()) && !isDrained(claimed)) {
            fault = Optional.of(AbortReason.BREAKER);
            detail = orphans + " of " + listing.coverage().files() + " files have no record: nothing will be done about"
                    + " this node. Check that all metadata shards are configured";
        } else if (!listing.coverage().isComplete() || !run.metadataComplete()) {
            fault = Optional.of(AbortReason.COVERAGE_INCOMPLETE);
            detail = run.metadataComplete()
                    ? listing.coverage().faults() + " directories or files could not be listed"
                    : "not all records were read, so no file counts as an orphan";
        }
        return new NodeReport(
                node,
                fault,
                detail,
                listing.rootId(),
                Optional.of(listing.begunAt()),
                listing.coverage().shortened(),
                claimed,
                found,
                check.skipped(),
                contents,
                transferred);
    }
}
