package io.rebalancer.manager.node;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.message.TokenMessage;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.http.Access;
import io.rebalancer.manager.access.ClusterTokenService;
import io.rebalancer.manager.access.CurrentSessions;
import io.rebalancer.manager.access.CurrentTokens;
import io.rebalancer.manager.access.SessionReplica;
import io.rebalancer.manager.access.TokenRegistry;
import io.rebalancer.manager.access.TokenReplica;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** The tokens of the API, and the sessions of browsers. */
final class AccessModule {
    static final String TOKEN_REGISTRY = "TokenRegistry";

    private static final Duration NOTE_INTERVAL = Duration.ofSeconds(10);

    private final CurrentTokens current;
    private final Access access;

    private AccessModule(CurrentTokens current, Access access) {
        this.current = current;
        this.access = access;
    }

    /**
     * Reads the tokens from the journal.
     *
     * @param settings of logins with a browser
     * @return completes when this manager knows them
     */
    static CompletionStage<AccessModule> start(ActorSystem<?> system, JournalReader journal, LoginSettings settings) {
        Clock clock = Clock.systemUTC();
        ActorRef<TokenMessage> registry = Singletons.start(system, TOKEN_REGISTRY, TokenRegistry.create(clock));
        CurrentTokens current = new CurrentTokens(
                clock, NOTE_INTERVAL, (id, day) -> registry.tell(new TokenMessage.NoteTokenUse(id, day)));
        CurrentSessions.View view = new CurrentSessions.View(settings.sessionIdle());
        CurrentSessions sessions = new CurrentSessions(
                system,
                system.systemActorOf(SessionReplica.create(view, clock), "session-replica", Props.empty()),
                view,
                clock);
        Access access = new Access(
                new ClusterTokenService(system, registry, current),
                current,
                sessions,
                settings,
                BlockingExecutor.on(system, Dispatchers.LOGIN),
                clock);
        return TokenReplica.load(system, journal, current).thenApply(loaded -> {
            system.systemActorOf(TokenReplica.create(journal, current), "token-replica", Props.empty());
            return new AccessModule(current, access);
        });
    }

    /**
     * Checks that an administrator can log in, if the listener needs that.
     *
     * @param advice see {@link HttpSettings#loginImpossible}
     * @throws SettingsFault if no administrator can
     */
    void requireAdministrator(HttpSettings settings, String advice) {
        boolean possible = settings.tokens().isPresent() || current.hasAdmin();
        if (settings.needsLogin() && !possible) {
            throw new SettingsFault(settings.loginImpossible(advice));
        }
    }

    Access access() {
        return access;
    }
}
