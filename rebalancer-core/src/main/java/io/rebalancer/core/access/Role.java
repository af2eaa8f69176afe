package io.rebalancer.core.access;

import io.rebalancer.core.text.StableWord;
import java.util.Arrays;
import java.util.Optional;

/** What the holder of a token may do. Each role may do what the roles before it may. */
public enum Role {
    /** Reads everything but tokens, and changes nothing. */
    VIEWER,
    /** Creates and controls plans and jobs, changes settings, and puts storage nodes in service or out of it. */
    OPERATOR,
    /** Issues and revokes tokens, and removes members of the cluster. */
    ADMIN;

    /** Whether this role may do what {@code other} may. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** The role in APIs, such as {@code viewer}. */
    public String word() {
        return StableWord.of(this);
    }

    /** The role with this word. */
    public static Optional<Role> parse(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
