package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.limit.AimdLimit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which metadata calls may be in progress. A call starts when its shard and its caller both have a free slot. An
 * {@link AimdLimit} for each shard is shared by all callers; each caller has its own ceiling. So a slow shard holds no
 * slots of others, and a caller at its ceiling holds no slots of a shard. Callers take turns on a shard. After a failure a
 * shard gets one call at a time until it answers: otherwise calls that hang would take the slots of their callers.
 *
 * <p>Waiting calls are not bounded here: each caller must bound what it submits. Thread-safe.
 */
final class CallSlots {
    /** The highest ceiling of a job, so one job alone can reach its ceiling on one shard. */
    private static final int MAX_CALLS_PER_SHARD = 250;

    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Map<Integer, Shard> shards = new HashMap<>();
    private int running;

    /** Who makes calls; a job, or the searches that jobs share. All fields are guarded by the lock of the slots. */
    static final class Caller {
        private final Set<Shard> waitingFor = new LinkedHashSet<>();
        private int ceiling;
        private int running;

        /** @param ceiling calls in progress, at most */
        Caller(int ceiling) {
            this.ceiling = ceiling;
        }

        private boolean hasFreeSlot() {
            return running < ceiling;
        }
    }

    private static final class Shard {
        private final AimdLimit limit = new AimdLimit(MAX_CALLS_PER_SHARD, SLOW);
        private final Map<Caller, Deque<Runnable>> waiting = new LinkedHashMap<>();
        private int running;
        private boolean failed;

        private int allowed() {
            return failed ? 1 : limit.current();
        }

        /** Whether a call of this caller overtakes none if it starts now. */
        private boolean isIdleFor(Caller caller) {
            return waiting.isEmpty() && running < allowed() && caller.hasFreeSlot();
        }

        private void begin(Caller caller) {
            running++;
            caller.running++;
        }

        /** Takes the first call of the next caller that has a free slot. That caller then comes last. */
        private Optional<Runnable> takeNext() {
            if (running >= allowed()) {
                return Optional.empty();
            }
            Optional<Caller> next =
                    waiting.keySet().stream().filter(Caller::hasFreeSlot).findFirst();
            return next.map(this::takeFrom);
        }

        private Runnable takeFrom(Caller caller) {
            Deque<Runnable> calls = waiting.remove(caller);
            if (calls == null) {
                throw new IllegalStateException("no call of this caller waits");
            }
            Runnable first = calls.removeFirst();
            caller.waitingFor.remove(this);
            if (!calls.isEmpty()) {
                waiting.put(caller, calls);
                caller.waitingFor.add(this);
            }
            begin(caller);
            return first;
        }
    }

    /** Runs {@code call} as soon as both limits allow it. {@link #release} must follow exactly once. */
    void acquire(int shard, Caller caller, Runnable call) {
        List<Runnable> allowed;
        synchronized (this) {
            Shard target = shard(shard);
            if (target.isIdleFor(caller)) {
                target.begin(caller);
                running++;
                allowed = List.of(call);
            } else {
                target.waiting.computeIfAbsent(caller, c -> new ArrayDeque<>()).addLast(call);
                caller.waitingFor.add(target);
                allowed = take(List.of(target));
            }
        }
        allowed.forEach(Runnable::run);
    }

    /** Calls that these shards take at a time now, all together. */
    synchronized int allowed(Collection<Integer> numbers) {
        return numbers.stream().mapToInt(number -> shard(number).allowed()).sum();
    }

    /** Ends a call that got an answer after {@code took}. */
    void releaseAnswered(int shard, Caller caller, Duration took) {
        synchronized (this) {
            shard(shard).failed = false;
            shard(shard).limit.recordReply(took);
        }
        release(shard, caller);
    }

    /** Ends a call that found the shard unavailable. */
    void releaseFailed(int shard, Caller caller) {
        synchronized (this) {
            shard(shard).failed = true;
            shard(shard).limit.recordFailure();
        }
        release(shard, caller);
    }

    /** Ends a call that shows nothing about the shard, because it was not sent. */
    void release(int shard, Caller caller) {
        List<Runnable> allowed;
        synchronized (this) {
            Shard target = shard(shard);
            target.running--;
            caller.running--;
            running--;
            allowed =
                    target.waiting.isEmpty() && caller.waitingFor.isEmpty() ? List.of() : take(freedBy(target, caller));
        }
        allowed.forEach(Runnable::run);
    }

    /** Applies to the calls that start from now on. */
    void setCeiling(Caller caller, int ceiling) {
        List<Runnable> allowed;
        synchronized (this) {
            caller.ceiling = ceiling;
            allowed = take(new LinkedHashSet<>(caller.waitingFor));
        }
        allowed.forEach(Runnable::run);
    }

    private static Set<Shard> freedBy(Shard shard, Caller caller) {
        Set<Shard> freed = new LinkedHashSet<>(caller.waitingFor);
        freed.add(shard);
        return freed;
    }

    private List<Runnable> take(Iterable<Shard> from) {
        List<Runnable> allowed = new ArrayList<>();
        for (Shard shard : from) {
            Optional<Runnable> next = shard.takeNext();
            while (next.isPresent()) {
                running++;
                allowed.add(next.get());
                next = shard.takeNext();
            }
        }
        return allowed;
    }

    private Shard shard(int number) {
        return shards.computeIfAbsent(number, n -> new Shard());
    }

    /** Calls in progress on all shards. */
    synchronized int running() {
        return running;
    }

    /** Calls in progress on a shard. */
    synchronized int running(int shard) {
        return shard(shard).running;
    }

    /** Calls that wait for a slot of a shard, or of their caller. */
    synchronized int waiting(int shard) {
        return shard(shard).waiting.values().stream().mapToInt(Deque::size).sum();
    }
}
