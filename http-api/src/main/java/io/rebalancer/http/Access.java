package io.rebalancer.http;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.core.port.SessionStore;
import io.rebalancer.core.port.TokenDirectory;
import io.rebalancer.core.port.TokenService;
import java.time.Clock;

/**
 * Who may use the API.
 *
 * @param tokens issues and revokes tokens
 * @param directory the tokens that this manager knows
 * @param sessions logins of browsers
 * @param login how browsers log in
 * @param blocking carries out calls to a provider of logins
 * @param clock the time by which tokens and sessions expire
 */
public record Access(
        TokenService tokens,
        TokenDirectory directory,
        SessionStore sessions,
        LoginSettings login,
        BlockingExecutor blocking,
        Clock clock) {}
