package io.rebalancer.agent.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One lock for each object that is in use, so that work on one object never waits for another object. A lock exists only
 * while threads hold it or wait for it.
 */
final class KeyLocks {
    private final Map<ObjectKey, Entry> entries = new HashMap<>();

    private static final class Entry {
        private final ReentrantLock lock = new ReentrantLock();
        private int users;
    }

    /** Locks that the current thread holds. The same thread must close it. */
    final class Held implements AutoCloseable {
        private final List<ObjectKey> keys = new ArrayList<>();

        @Override
        public void close() {
            for (int i = keys.size() - 1; i >= 0; i--) {
                release(keys.get(i));
            }
            keys.clear();
        }
    }

    /** Locks one object; waits while another thread holds it. */
    Held lock(ObjectKey key) {
        return lock(List.of(key));
    }

    /** Locks several objects, in the order of their keys, so that two groups never wait for each other. */
    Held lock(Collection<ObjectKey> keys) {
        Held held = new Held();
        for (ObjectKey key : new TreeSet<>(keys)) {
            entry(key).lock.lock();
            held.keys.add(key);
        }
        return held;
    }

    /** The number of objects that threads hold or wait for. */
    synchronized int size() {
        return entries.size();
    }

    private synchronized Entry entry(ObjectKey key) {
        Entry entry = entries.computeIfAbsent(key, absent -> new Entry());
        entry.users++;
        return entry;
    }

    private synchronized void release(ObjectKey key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            throw new IllegalStateException("the lock of " + key.relativePath() + " is not held");
        }
        entry.lock.unlock();
        if (--entry.users == 0) {
            entries.remove(key);
        }
    }
}
