package io.rebalancer.http.server;

/** Why a request is refused whose sender is not known. The names are stable codes of problem documents. */
enum LoginRefusal {
    TOKEN_REQUIRED,
    TOKEN_INVALID,
    TOKEN_EXPIRED,
    TOKEN_REVOKED
}
