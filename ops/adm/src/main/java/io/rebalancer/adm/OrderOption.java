package io.rebalancer.adm;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --order} of lists that are sorted by time. */
final class OrderOption {
    static final String NAME = "--order";

    @Option(names = NAME, paramLabel = "ORDER", description = "newest or oldest: which items come first")
    private @Nullable String order;

    boolean isSet() {
        return order != null;
    }

    boolean isOldest() {
        return "oldest".equals(order);
    }

    /** The parameter of the API, with an ampersand before it; empty without the option. */
    String parameter() {
        return order == null ? "" : "&order=" + ManagerApiClient.parameter(order);
    }
}
