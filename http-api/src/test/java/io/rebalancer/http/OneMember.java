package io.rebalancer.http;

import io.rebalancer.core.port.ClusterControl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A cluster with a single member, 127.0.0.1:2551, unless a test adds others. */
public final class OneMember implements ClusterControl {
    private static final String SELF = "127.0.0.1:2551";

    /** Further members. */
    public static volatile List<Member> others = List.of();

    OneMember() {}

    @Override
    public CompletionStage<ClusterStatus> status() {
        return CompletableFuture.completedFuture(new ClusterStatus(
                SELF,
                Optional.of(SELF),
                Stream.concat(Stream.of(new Member(SELF, "Up", List.of("manager"), "1.2.3", true)), others.stream())
                        .toList(),
                Map.of("JobRegistry", SELF),
                Map.of(SELF, 30),
                List.of(new RunningJob(new UUID(0, 1), Optional.of(SELF), Optional.of(7L), Optional.of(5L))),
                new Pool(1, 2, 10, 0),
                List.of()));
    }

    @Override
    public boolean leave(String address) {
        return address.equals(SELF);
    }

    @Override
    public boolean down(String address) {
        return address.equals(SELF);
    }
}
