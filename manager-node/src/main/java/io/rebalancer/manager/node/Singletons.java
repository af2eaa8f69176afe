package io.rebalancer.manager.node;

import io.rebalancer.cluster.Roles;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;

/** Actors that run once in the cluster, on the oldest manager. */
final class Singletons {

    private Singletons() {}

    /** Starts the singleton if this manager is the oldest, and returns a proxy to it in any case. */
    static <M> ActorRef<M> start(ActorSystem<?> system, String name, Behavior<M> behavior) {
        return ClusterSingleton.get(system)
                .init(SingletonActor.of(behavior, name)
                        .withSettings(ClusterSingletonSettings.create(system).withRole(Roles.MANAGER)));
    }
}
