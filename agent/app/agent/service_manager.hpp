// Tells the service manager how the agent is, as sd_notify(3) has it.
#pragma once

#include <string_view>

namespace forager {

/// "READY=1", "STOPPING=1". Nothing happens where the environment names no service manager.
void tell_service_manager(std::string_view state);

} // namespace forager
