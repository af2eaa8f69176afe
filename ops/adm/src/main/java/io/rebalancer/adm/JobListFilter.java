package io.rebalancer.adm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code job list} that choose jobs and their order. The legacy API has no such choice. */
final class JobListFilter {
    static final String STATE = "--state";
    static final String NODE = "--node";
    static final String DATACENTER = "--datacenter";
    static final Set<String> NAMES = Set.of(STATE, NODE, DATACENTER, OrderOption.NAME);

    @Option(
            names = STATE,
            paramLabel = "STATE",
            description = "only jobs in this state, such as running or done-with-exceptions; may be repeated")
    private List<String> states = new ArrayList<>();

    @Option(names = NODE, paramLabel = "NODE", description = "only jobs that empty this storage node")
    private @Nullable String node;

    @Option(names = DATACENTER, paramLabel = "NAME", description = "only jobs for storage nodes in this datacenter")
    private @Nullable String datacenter;

    @Mixin
    private OrderOption order = new OrderOption();

    /** Whether the options choose jobs or their order. */
    boolean isSet() {
        return choosesJobs() || order.isSet();
    }

    boolean choosesJobs() {
        return !states.isEmpty() || node != null || datacenter != null;
    }

    /** The parameters of the API, each with an ampersand before it. */
    String parameters() {
        StringBuilder parameters = new StringBuilder();
        states.forEach(state -> parameters.append("&state=").append(parameter(word(state))));
        if (node != null) {
            parameters.append("&storageNode=").append(parameter(node));
        }
        if (datacenter != null) {
            parameters.append("&datacenter=").append(parameter(datacenter));
        }
        return parameters.append(order.parameter()).toString();
    }

    /** The word of the API for a state that is written as tables show it, or with dashes. */
    static String word(String state) {
        return state.strip().toUpperCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    }

    private static String parameter(String text) {
        return ManagerApiClient.parameter(text);
    }
}
