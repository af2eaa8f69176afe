package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.StorageNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Agents that several jobs keep busy: each copies a few objects at a time, in the order of the assignments, and refuses what
 * does not fit below its fill ceiling.
 */
final class SharedAgents extends PlayedAgent implements AutoCloseable {
    private static final long TICK_MILLIS = 5;
    private static final int OBJECTS_PER_TICK = 2;
    private static final long MIB = 1 << 20;

    private final Map<StorageNodeId, Disk> disks = new HashMap<>();
    private final long totalBytes;
    private final long ceilingBytes;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    /** The disk of one node, and the assignments that its agent has. */
    private static final class Disk {
        private final Deque<Held> queue = new ArrayDeque<>();
        private final Map<UUID, Held> held = new HashMap<>();
        private long usedBytes;
        private long promisedBytes;
    }

    private static final class Held {
        private final Assignment assignment;
        private ActorRef<JobMessage> job;
        private int copied;

        Held(Assignment assignment, ActorRef<JobMessage> job) {
            this.assignment = assignment;
            this.job = job;
        }

        long bytes() {
            return assignment.tasks().stream().mapToLong(CopyTask::sizeBytes).sum();
        }

        boolean isCopied() {
            return copied >= assignment.tasks().size();
        }

        void report() {
            job.tell(new JobMessage.CopiesReported(
                    assignment.id(), assignment.destination().storageNode(), List.of()));
        }
    }

    /**
     * @param totalMib size of each disk, of which half is used
     * @param maxFillPercent fill ceiling
     */
    SharedAgents(List<StorageNodeId> nodes, long totalMib, int maxFillPercent) {
        this.totalBytes = totalMib * MIB;
        this.ceilingBytes = totalBytes / 100 * maxFillPercent;
        for (StorageNodeId node : nodes) {
            Disk disk = new Disk();
            disk.usedBytes = totalBytes / 2;
            disks.put(node, disk);
        }
        var unused = clock.scheduleWithFixedDelay(this::copy, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void copy() {
        for (Disk disk : disks.values()) {
            for (int i = 0; i < OBJECTS_PER_TICK && !disk.queue.isEmpty(); i++) {
                Held first = disk.queue.element();
                CopyTask task = first.assignment.tasks().get(first.copied++);
                disk.usedBytes += task.sizeBytes();
                disk.promisedBytes -= task.sizeBytes();
                if (first.isCopied()) {
                    disk.queue.remove();
                    first.report();
                }
            }
        }
    }

    @Override
    public synchronized void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
        Disk disk = Objects.requireNonNull(disks.get(assignment.destination().storageNode()));
        Held held = disk.held.get(assignment.id());
        if (held == null) {
            held = new Held(assignment, job);
            if (disk.usedBytes + disk.promisedBytes + held.bytes() > ceilingBytes) {
                job.tell(new JobMessage.AssignmentRefused(
                        assignment.id(), Reason.DESTINATION_INSUFFICIENT_SPACE, "no space below the fill ceiling"));
                return;
            }
            disk.held.put(assignment.id(), held);
            disk.promisedBytes += held.bytes();
            disk.queue.add(held);
        }
        held.job = job;
        job.tell(new JobMessage.AssignmentAccepted(assignment.id(), held.copied));
        if (held.isCopied()) {
            held.report();
        }
    }

    @Override
    public synchronized void release(FencingToken token, PendingRelease release, ActorRef<JobMessage> job) {
        disks.values().forEach(disk -> disk.held.remove(release.assignmentId()));
        acknowledge(release, job);
    }

    /** The disks as storinfo reports them: whole percents, rounded up. */
    synchronized List<StorageNode> storageNodes() {
        return disks.entrySet().stream()
                .map(each -> new StorageNode(each.getKey(), "dc3", (totalBytes - each.getValue().usedBytes) / MIB, (int)
                        Math.ceil(each.getValue().usedBytes * 100.0 / totalBytes)))
                .toList();
    }

    /** The bytes of each disk that are used beyond the fill ceiling; 0 if none are. */
    synchronized long mostBytesBeyondCeiling() {
        return disks.values().stream()
                .mapToLong(disk -> Math.max(0, disk.usedBytes - ceilingBytes))
                .max()
                .orElse(0);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
