select count(*) from bookings;
