package io.rebalancer.core.preflight;

import io.rebalancer.core.text.StableWord;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The checks before a job is created, in the order in which they are shown. */
public enum CheckName {
    /** The fleet's register lists the storage node. */
    STORAGE_NODE_KNOWN(false),
    /** The storage node is in service, or at least was not removed. */
    NODE_STATE(false),
    /** No job empties the storage node, and no job copies to it. */
    NO_OTHER_OPERATION(false),
    /** Every metadata shard replies. */
    METADATA_SHARDS(true),
    /** Agents of destinations are reachable. */
    AGENTS_REACHABLE(true),
    /** The agents run the version of the manager. */
    AGENT_VERSIONS(true),
    /** The clocks of the agents are right. */
    AGENT_CLOCKS(true),
    /** The destinations have space for everything that the storage node holds. */
    SPACE(true),
    /** The datacenters with space can take every object. */
    DATACENTERS(true),
    /** Gateways write no new object to the storage node. */
    NO_NEW_WRITES(true),
    /** The operator does not require a cleanup of snaplinks. */
    SNAPLINKS(true);

    private final boolean waivable;

    CheckName(boolean waivable) {
        this.waivable = waivable;
    }

    /** Whether a job may be created although the check failed. If not, the job could not exist. */
    public boolean isWaivable() {
        return waivable;
    }

    /** The name as a stable word, such as {@code no_new_writes}. */
    public String word() {
        return StableWord.of(this);
    }

    /** The check with this word; empty if there is none. */
    public static Optional<CheckName> parse(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** The words of the checks that may be waived, separated by commas. */
    public static String waivableWords() {
        return Arrays.stream(values())
                .filter(CheckName::isWaivable)
                .map(CheckName::word)
                .collect(Collectors.joining(", "));
    }
}
