package io.rebalancer.core.access;

/**
 * Why an order about tokens is not carried out.
 *
 * @param detail what is wrong and what to do, in one line
 */
public record TokenRefusal(Code code, String detail) {

    /** The stable code of the reason. */
    public enum Code {
        /** A token that is still accepted has this name. */
        TOKEN_NAME_IN_USE,
        /** As many tokens are accepted as the system allows. */
        TOO_MANY_TOKENS,
        /** No token has this id. */
        TOKEN_NOT_FOUND,
        /** The first token of an administrator was issued before. */
        ADMIN_EXISTS
    }
}
