package io.rebalancer.manager.reconcile;

import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.InventoryStatus.State;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** The files of one storage node in memory, and its agent, which a test can make fail. */
final class FilesInMemory implements NodeInventory {
    private static final ContentMd5 OTHER_MD5 = new ContentMd5("AAAAAAAAAAAAAAAAAAAAAA==");

    private final StorageNodeId node;
    private final Clock clock;
    private final SortedMap<CopyKey, InventoryEntry> files = new TreeMap<>();
    private SortedMap<CopyKey, InventoryEntry> listed = new TreeMap<>();
    private List<KeyRange> unlisted = List.of();
    /** The token of the listing. */
    private RunToken highest = new RunToken(new UUID(0, 0), 0, 0);
    /** The highest token of all commands. */
    private RunToken fence = highest;

    private State state = State.READY;
    private String rootId = "root";
    private Duration skew = Duration.ZERO;
    private boolean down;
    private Runnable afterListing = () -> {};
    private long entriesSent;
    private volatile Function<StorageNodeId, Optional<FilesInMemory>> sources = source -> Optional.empty();
    private int delayedRepairs;
    /** The order in progress of each run. */
    private final Map<UUID, UUID> openOrders = new HashMap<>();
    /** The latest incarnation of each run that gave a command. */
    private final Map<UUID, Long> epochs = new HashMap<>();

    private int replacedOrders;
    private final Set<UUID> dropped = new HashSet<>();
    private final Set<CopyKey> unknown = new HashSet<>();
    private int unfinishedReads;
    private long readSoFar;
    private final AtomicInteger openLooks = new AtomicInteger();
    private final AtomicInteger mostLooks = new AtomicInteger();
    private final Set<CopyKey> corrupt = new HashSet<>();
    private int lostAnswers;
    private int answeredQuarantines = Integer.MAX_VALUE;
    private volatile Runnable onRepair = () -> {};
    private final Map<CopyKey, UUID> quarantine = new HashMap<>();
    private final SortedMap<String, QuarantinedCopy> held = new TreeMap<>();
    private final Set<CopyKey> unmovable = new HashSet<>();
    private final List<CopyKey> replaced = new ArrayList<>();

    FilesInMemory(StorageNodeId node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    synchronized void put(CopyKey key, long sizeBytes, Instant time) {
        long millis = time.toEpochMilli();
        files.put(key, new InventoryEntry(key, sizeBytes, millis, millis, false));
    }

    synchronized void putOfUnknownAge(CopyKey key, long sizeBytes) {
        files.put(
                key,
                new InventoryEntry(key, sizeBytes, InventoryEntry.UNKNOWN_TIME, InventoryEntry.UNKNOWN_TIME, false));
    }

    synchronized void remove(CopyKey key) {
        files.remove(key);
    }

    /** Length of the file, -1 if it does not exist. */
    synchronized long length(CopyKey key) {
        InventoryEntry entry = files.get(key);
        return entry == null ? -1 : entry.sizeBytes();
    }

    synchronized void removeAll() {
        files.clear();
    }

    /** The listing ends in this state instead of READY. */
    synchronized void answer(State other) {
        state = other;
    }

    synchronized void setRootId(String id) {
        rootId = id;
    }

    synchronized void setSkew(Duration ahead) {
        skew = ahead;
    }

    /** The agent does not answer any more. */
    synchronized void stop() {
        down = true;
    }

    /** These ranges can't be listed. */
    synchronized void lock(List<KeyRange> ranges) {
        unlisted = List.copyOf(ranges);
    }

    /** Runs once, after the files are listed and before anything is compared. */
    synchronized void afterListing(Runnable action) {
        afterListing = action;
    }

    synchronized long entriesSent() {
        return entriesSent;
    }

    synchronized RunToken fence() {
        return fence;
    }

    private synchronized <T> CompletionStage<T> reply(Supplier<T> answer) {
        if (down) {
            return CompletableFuture.failedFuture(
                    new AgentUnavailable(AgentUnavailable.Code.AGENT_UNREACHABLE, "the agent of " + node + " is down"));
        }
        try {
            return CompletableFuture.completedFuture(answer.get());
        } catch (Fenced | AgentUnavailable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<InventoryStatus> begin(RunToken token) {
        return reply(() -> {
            if (token.compareTo(highest) > 0) {
                highest = token;
                fence = token.compareTo(fence) > 0 ? token : fence;
                list();
                afterListing.run();
                afterListing = () -> {};
            }
            return status();
        });
    }

    private void list() {
        listed = new TreeMap<>();
        files.forEach((key, entry) -> {
            if (unlisted.stream().noneMatch(range -> range.contains(key))) {
                listed.put(key, entry);
            }
        });
    }

    private InventoryStatus status() {
        Instant now = clock.instant().plus(skew);
        long bytes =
                listed.values().stream().mapToLong(InventoryEntry::sizeBytes).sum();
        return new InventoryStatus(
                highest.runId(),
                state,
                state == State.WRONG_ROOT ? "" : rootId,
                now,
                now,
                new Coverage(listed.size(), bytes, Map.of(), unlisted, unlisted.size(), List.of()),
                state == State.READY ? "" : "as the test wants");
    }

    @Override
    public CompletionStage<InventoryStatus> status(UUID runId) {
        return reply(this::status);
    }

    @Override
    public CompletionStage<List<Integer>> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges) {
        return reply(() -> {
            List<Integer> differing = new ArrayList<>();
            Optional<CopyKey> start = after;
            for (int i = 0; i < ranges.size(); i++) {
                RangeDigest digest = ranges.get(i);
                KeyRange range = new KeyRange(start, digest.upTo());
                long copies = 0;
                long hash = 0;
                for (InventoryEntry each : listed.values()) {
                    if (range.contains(each.key())) {
                        copies++;
                        hash ^= RangeDigest.hash(each.key(), each.sizeBytes());
                    }
                }
                if (!digest.agreesWith(copies, hash)) {
                    differing.add(i);
                }
                start = Optional.of(digest.upTo());
            }
            return differing;
        });
    }

    @Override
    public CompletionStage<EntryPage> entries(UUID runId, KeyRange range, int limit) {
        return reply(() -> {
            List<InventoryEntry> found = listed.values().stream()
                    .filter(each -> range.contains(each.key()))
                    .toList();
            // Small pages, so that there are several.
            int most = Math.min(limit, 7);
            List<InventoryEntry> page = found.stream().limit(most).toList();
            entriesSent += page.size();
            return new EntryPage(page, found.size() <= most);
        });
    }

    @Override
    public CompletionStage<Void> drop(UUID runId) {
        return reply(() -> {
            listed = new TreeMap<>();
            dropped.add(runId);
            return null;
        });
    }

    /** The runs whose listings managers have ended. */
    synchronized Set<UUID> dropped() {
        return Set.copyOf(dropped);
    }

    /** The agent answers after a moment, on another thread. */
    @Override
    public CompletionStage<List<CopyFacts>> look(List<CopyKey> keys) {
        mostLooks.accumulateAndGet(openLooks.incrementAndGet(), Math::max);
        return CompletableFuture.supplyAsync(() -> 0, CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS))
                .thenCompose(passed -> {
                    openLooks.decrementAndGet();
                    return reply(() -> keys.stream().map(this::facts).toList());
                });
    }

    /** Requests of {@link #look} that were open at the same time, at most. */
    int mostLooks() {
        return mostLooks.get();
    }

    /** It can't be found out whether the file exists. */
    synchronized void hide(CopyKey key) {
        unknown.add(key);
    }

    private CopyFacts facts(CopyKey key) {
        if (unknown.contains(key)) {
            return new CopyFacts(key, CopyFacts.Presence.UNKNOWN, 0, 0, 0);
        }
        InventoryEntry entry = files.get(key);
        return entry == null
                ? new CopyFacts(key, CopyFacts.Presence.ABSENT, 0, 0, 0)
                : new CopyFacts(
                        key,
                        CopyFacts.Presence.PRESENT,
                        entry.sizeBytes(),
                        entry.modifiedMillis(),
                        entry.changedMillis());
    }

    @Override
    public CompletionStage<List<ContentFacts>> readContents(List<CopyKey> keys) {
        return reply(() -> {
            if (unfinishedReads > 0) {
                unfinishedReads--;
                readSoFar++;
                return keys.stream()
                        .map(key -> ContentFacts.inProgress(key, key.equals(keys.get(0)) ? readSoFar : 0))
                        .toList();
            }
            readSoFar = 0;
            return keys.stream().map(this::content).toList();
        });
    }

    /** The next requests end before a file is read to its end. */
    synchronized void endReadsEarly(int requests) {
        unfinishedReads = requests;
    }

    /** Requests that still end early. */
    synchronized int unfinishedReads() {
        return unfinishedReads;
    }

    private ContentFacts content(CopyKey key) {
        InventoryEntry entry = files.get(key);
        if (entry == null) {
            return new ContentFacts(key, 0, Optional.empty(), "no such file");
        }
        return new ContentFacts(
                key, entry.sizeBytes(), Optional.of(corrupt.contains(key) ? OTHER_MD5 : ShardsInMemory.MD5), "");
    }

    /** The content of the file is wrong, or right again. */
    synchronized void setCorrupt(CopyKey key, boolean wrong) {
        if (wrong) {
            corrupt.add(key);
        } else {
            corrupt.remove(key);
        }
    }

    /**
     * Sets which files a repair can copy.
     *
     * @param fleet the storage nodes that it can fetch from
     */
    synchronized void copyFrom(Function<StorageNodeId, Optional<FilesInMemory>> fleet) {
        sources = fleet;
    }

    /** The next repair orders are accepted, and report all their copies as open. */
    synchronized void delayRepairs(int orders) {
        delayedRepairs = orders;
    }

    /** Orders whose copies are not all made. */
    synchronized int openOrders() {
        return openOrders.size();
    }

    /** Orders that took the place of another one of their run whose copies were not all made. */
    synchronized int replacedOrders() {
        return replacedOrders;
    }

    /** The keys of files that repairs have moved aside. */
    synchronized List<CopyKey> replaced() {
        return List.copyOf(replaced);
    }

    /** Makes all copies at once. A file in memory has a length, and content that is right or wrong. */
    @Override
    public CompletionStage<RepairProgress> repair(RepairOrder order) {
        onRepair.run();
        // Without this node's lock: two nodes may repair from each other at the same time.
        Map<CopyKey, Long> found = new HashMap<>();
        for (CopyTask task : order.assignment().tasks()) {
            CopyKey key = new CopyKey(task.owner(), task.objectId());
            found.put(key, lengthAtSources(key, task));
        }
        return reply(() -> {
            if (!order.assignment().destination().storageNode().equals(node)) {
                throw new AgentUnavailable(
                        AgentUnavailable.Code.AGENT_FAILED, "the order is for another node than " + node);
            }
            if (order.addsCopies()) {
                admitIncarnation(order.token());
            } else {
                admit(order.token());
            }
            UUID run = order.token().runId();
            UUID open = openOrders.remove(run);
            if (open != null && !open.equals(order.assignment().id())) {
                replacedOrders++;
            }
            if (delayedRepairs > 0) {
                openOrders.put(run, order.assignment().id());
                delayedRepairs--;
                return new RepairProgress(List.of(), order.assignment().tasks().size());
            }
            return new RepairProgress(
                    order.assignment().tasks().stream()
                            .map(task -> copy(task, found))
                            .toList(),
                    0);
        });
    }

    private long lengthAtSources(CopyKey key, CopyTask task) {
        for (StorageNodeId source : task.sources()) {
            if (sources.apply(source)
                    .filter(files -> !files.isDown() && files.length(key) == task.sizeBytes())
                    .isPresent()) {
                return task.sizeBytes();
            }
        }
        return -1;
    }

    private synchronized boolean isDown() {
        return down;
    }

    private TaskResult copy(CopyTask task, Map<CopyKey, Long> found) {
        CopyKey key = new CopyKey(task.owner(), task.objectId());
        if (length(key) == task.sizeBytes() && !corrupt.contains(key)) {
            return new TaskResult(task.objectId(), Optional.empty(), "", false, 0);
        }
        if (found.getOrDefault(key, -1L) != task.sizeBytes()) {
            return new TaskResult(
                    task.objectId(), Optional.of(Reason.SOURCE_OBJECT_NOT_FOUND), "no source has the file", false, 0);
        }
        if (files.containsKey(key)) {
            replaced.add(key);
        }
        corrupt.remove(key);
        put(key, task.sizeBytes(), clock.instant());
        return new TaskResult(task.objectId(), Optional.empty(), "", true, task.sizeBytes());
    }

    @Override
    public CompletionStage<Map<CopyKey, QuarantineOrder.Result>> quarantine(QuarantineOrder order) {
        CompletionStage<Map<CopyKey, QuarantineOrder.Result>> answer = reply(() -> {
            admit(order.token());
            Map<CopyKey, QuarantineOrder.Result> results = new LinkedHashMap<>();
            order.files()
                    .forEach(file ->
                            results.put(file.key(), move(file, order.token().runId())));
            return results;
        });
        synchronized (this) {
            if (answeredQuarantines == 0) {
                return new CompletableFuture<>();
            }
            answeredQuarantines--;
            if (lostAnswers > 0) {
                lostAnswers--;
                return CompletableFuture.failedFuture(
                        new AgentUnavailable(AgentUnavailable.Code.AGENT_NO_REPLY, "the answer is lost"));
            }
        }
        return answer;
    }

    private void admitIncarnation(RunToken token) {
        if (epochs.getOrDefault(token.runId(), 0L) > token.epoch()) {
            throw new Fenced("the agent of " + node + " knows a later incarnation of the run");
        }
        epochs.put(token.runId(), token.epoch());
    }

    private void admit(RunToken token) {
        admitIncarnation(token);
        if (token.compareTo(fence) < 0) {
            throw new Fenced("the agent of " + node + " knows a higher token");
        }
        fence = token;
    }

    private QuarantineOrder.Result move(QuarantineOrder.File file, UUID runId) {
        InventoryEntry entry = files.get(file.key());
        if (entry == null) {
            return runId.equals(quarantine.get(file.key()))
                    ? QuarantineOrder.Result.MOVED
                    : QuarantineOrder.Result.GONE;
        }
        if (unmovable.contains(file.key())) {
            return QuarantineOrder.Result.FAILED;
        }
        if (entry.sizeBytes() != file.sizeBytes()
                || entry.modifiedMillis() != file.modifiedMillis()
                || entry.changedMillis() != file.changedMillis()) {
            return QuarantineOrder.Result.CHANGED;
        }
        files.remove(file.key());
        quarantine.put(file.key(), runId);
        return QuarantineOrder.Result.MOVED;
    }

    /** The files in the quarantine. */
    synchronized Set<CopyKey> quarantinedKeys() {
        return Set.copyOf(quarantine.keySet());
    }

    /** The next orders to move files are carried out, and their answers are lost. */
    synchronized void loseAnswers(int orders) {
        lostAnswers = orders;
    }

    /** So many orders to move files are answered; further ones are carried out, and their answers do not arrive. */
    synchronized void answerQuarantines(int orders) {
        answeredQuarantines = orders;
    }

    /** Runs before each repair order is carried out. */
    void onRepair(Runnable action) {
        onRepair = action;
    }

    /** The move of this file fails, until it is movable again. */
    synchronized void setMovable(CopyKey key, boolean movable) {
        if (movable) {
            unmovable.remove(key);
        } else {
            unmovable.add(key);
        }
    }

    /** A later run, or incarnation, has given a command. */
    synchronized void setFence(RunToken token) {
        fence = token;
    }

    /** The agent answers again. */
    synchronized void restart() {
        down = false;
    }

    @Override
    public CompletionStage<QuarantinePage> quarantined(Optional<String> after, int limit) {
        return reply(() -> {
            // Small pages, so that there are several.
            List<QuarantinedCopy> items = held.values().stream()
                    .filter(item ->
                            after.map(last -> item.id().compareTo(last) > 0).orElse(true))
                    .toList();
            return new QuarantinePage(items.stream().limit(2).toList(), items.size() > 2);
        });
    }

    /** A file of 10 bytes is in the quarantine. */
    synchronized void hold(String id, CopyKey key, Instant movedAt, Optional<UUID> runId) {
        held.put(
                id,
                new QuarantinedCopy(
                        id, key.owner() + "/" + key.objectId(), Optional.of(key), "orphan", movedAt, 10, runId));
    }

    synchronized Set<String> heldItems() {
        return Set.copyOf(held.keySet());
    }

    @Override
    public CompletionStage<Restore> restore(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<String>> purge(PurgeOrder order) {
        return reply(() -> {
            admit(order.token());
            return order.ids().stream()
                    .filter(id -> Optional.ofNullable(held.get(id))
                            .map(item -> item.movedAt().isBefore(order.movedBefore()))
                            .orElse(true))
                    .peek(held::remove)
                    .toList();
        });
    }
}
