// Blueprints of a colony and the definitions of their kinds, for functions, scripts and commands. Documents in and out,
// as the server has them: { blueprintid, kind, metadata, spec, status }. Documents that go in may be in the words of
// before: see core/reconcile/blueprint.hpp. The failures are those of processes.hpp, and bad_arguments, with the
// member's path as `field`, for documents that are none. Facts: Colonies v1.9.12.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace forager::colony_work {

/// Of one kind, or of all when it is empty; by their names.
boost::asio::awaitable<Result<Array>> list_blueprints(ColonyMember& member, std::string kind);
boost::asio::awaitable<Result<Object>> get_blueprint(ColonyMember& member, std::string name);
boost::asio::awaitable<Result<Object>> add_blueprint(ColonyMember& member, Object document);

/// Its status stays. A new spec, or `force`, makes a new generation. Failures: not_found.
boost::asio::awaitable<Result<Object>> update_blueprint(ColonyMember& member, Object document, bool force);

boost::asio::awaitable<Result<void>> remove_blueprint(ColonyMember& member, std::string name);

/// Has it looked at; `force` makes all replicas new. The process that does it, as `process_table`.
boost::asio::awaitable<Result<Object>> reconcile_blueprint(ColonyMember& member, std::string name, bool force);

/// The newest first, at most a hundred: { generation, change ("create", "update"), at, changed_by, spec, status }.
boost::asio::awaitable<Result<Array>> blueprint_history(ColonyMember& member, std::string name);

/// Replaces the status, and nothing else. For reconcilers.
boost::asio::awaitable<Result<void>> set_blueprint_status(ColonyMember& member, std::string name, Object status);

/// By their names.
boost::asio::awaitable<Result<Array>> list_definitions(ColonyMember& member);
boost::asio::awaitable<Result<Object>> get_definition(ColonyMember& member, std::string name);

/// These two are done with the owner's key. Failures: refused, where it is not known.
boost::asio::awaitable<Result<Object>> add_definition(ColonyMember& member, Object document);
boost::asio::awaitable<Result<void>> remove_definition(ColonyMember& member, std::string name);

/// Adds or updates what the document says, a definition or a blueprint: { change ("created", "configured",
/// "unchanged"), kind, name, document }. A definition that is another one there is replaced, which the server refuses
/// as long as its kind has blueprints. `force` is for blueprints.
boost::asio::awaitable<Result<Object>> apply_document(ColonyMember& member, Object document, bool force);

} // namespace forager::colony_work
