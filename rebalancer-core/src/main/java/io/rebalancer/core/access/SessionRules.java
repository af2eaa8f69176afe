package io.rebalancer.core.access;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How many sessions exist at a time. */
public final class SessionRules {
    /** The most sessions of a user. */
    static final int MAX_OF_USER = 20;
    /** The most sessions of all users. */
    static final int MAX_SESSIONS = 1000;

    private SessionRules() {}

    /**
     * The hashes of the sessions that end so that a further one can start: the oldest of the user if the user has as many as
     * are allowed, otherwise the oldest of all.
     */
    public static Set<String> endedBy(Session further, Collection<Session> sessions) {
        List<Session> others = sessions.stream()
                .filter(each -> !each.hash().equals(further.hash()))
                .sorted(Comparator.comparing(Session::startedAt))
                .toList();
        Set<String> ended = oldest(
                others.stream()
                        .filter(each -> each.user().equals(further.user()))
                        .toList(),
                MAX_OF_USER - 1);
        List<Session> left =
                others.stream().filter(each -> !ended.contains(each.hash())).toList();
        ended.addAll(oldest(left, MAX_SESSIONS - 1));
        return ended;
    }

    private static Set<String> oldest(List<Session> sessions, int kept) {
        Set<String> hashes = new HashSet<>();
        sessions.stream().limit(Math.max(0, sessions.size() - kept)).forEach(each -> hashes.add(each.hash()));
        return hashes;
    }
}
