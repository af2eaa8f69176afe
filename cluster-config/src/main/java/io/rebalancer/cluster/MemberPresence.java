package io.rebalancer.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;

/**
 * Knows which roles have a reachable member. Senders check this first, because sharding buffers messages to a missing
 * member and tries to allocate its shard every two seconds.
 *
 * <p>One for each actor system. It keeps the set of reachable roles up to date from cluster events, so a question costs one
 * look-up in that set, whatever the number of members. Thread-safe.
 */
public final class MemberPresence implements Extension {
    private static final Id ID = new Id();

    private volatile Set<String> reachableRoles;

    private static final class Id extends ExtensionId<MemberPresence> {
        @Override
        public MemberPresence createExtension(ActorSystem<?> system) {
            return new MemberPresence(system);
        }
    }

    /** The presence of members as this actor system sees it. */
    public static MemberPresence get(ActorSystem<?> system) {
        return ID.apply(system);
    }

    private MemberPresence(ActorSystem<?> system) {
        Cluster cluster = Cluster.get(Adapter.toClassic(system));
        // The first snapshot of the subscription may arrive after the first question.
        reachableRoles = new Members(cluster.state()).reachableRoles();
        system.systemActorOf(subscriber(cluster), "member-presence", Props.empty());
    }

    /** Whether at least one member with {@code role} is up and reachable. */
    public boolean isReachable(String role) {
        return reachableRoles.contains(role);
    }

    /** The only writer of the set. A snapshot of the whole cluster precedes the events. */
    private Behavior<Object> subscriber(Cluster cluster) {
        return Behaviors.setup(context -> {
            cluster.subscribe(
                    Adapter.toClassic(context.getSelf()),
                    ClusterEvent.initialStateAsSnapshot(),
                    ClusterEvent.MemberEvent.class,
                    ClusterEvent.ReachabilityEvent.class);
            return Behaviors.receive(Object.class)
                    .onMessage(ClusterEvent.CurrentClusterState.class, state -> {
                        Members members = new Members(state);
                        reachableRoles = members.reachableRoles();
                        return follow(members);
                    })
                    .build();
        });
    }

    private Behavior<Object> follow(Members members) {
        return Behaviors.receive(Object.class)
                .onMessage(ClusterEvent.MemberEvent.class, event -> {
                    members.change(event.member());
                    reachableRoles = members.reachableRoles();
                    return Behaviors.same();
                })
                .onMessage(ClusterEvent.ReachabilityEvent.class, event -> {
                    members.change(event);
                    reachableRoles = members.reachableRoles();
                    return Behaviors.same();
                })
                .build();
    }

    /** The members that are up, and those that are unreachable. */
    private static final class Members {
        private final Map<UniqueAddress, Set<String>> rolesOfUp = new HashMap<>();
        private final Set<UniqueAddress> unreachable = new HashSet<>();

        Members(ClusterEvent.CurrentClusterState state) {
            state.getMembers().forEach(this::change);
            state.getUnreachable().forEach(member -> unreachable.add(member.uniqueAddress()));
        }

        void change(Member member) {
            if (member.status().equals(MemberStatus.up())) {
                rolesOfUp.put(member.uniqueAddress(), Set.copyOf(member.getRoles()));
            } else {
                rolesOfUp.remove(member.uniqueAddress());
                if (member.status().equals(MemberStatus.removed())) {
                    unreachable.remove(member.uniqueAddress());
                }
            }
        }

        void change(ClusterEvent.ReachabilityEvent event) {
            if (event instanceof ClusterEvent.UnreachableMember) {
                unreachable.add(event.member().uniqueAddress());
            } else {
                unreachable.remove(event.member().uniqueAddress());
            }
        }

        Set<String> reachableRoles() {
            return rolesOfUp.entrySet().stream()
                    .filter(each -> !unreachable.contains(each.getKey()))
                    .flatMap(each -> each.getValue().stream())
                    .collect(Collectors.toUnmodifiableSet());
        }
    }
}
